package main

import (
	"context"
	"encoding/json"
	"fmt"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// listDistributions prints what is installed in the environment. Asking Python itself instead of pip works in
// environments made by uv, which have no pip.
const listDistributions = `
import importlib.metadata, json, re, sys

def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()

found = {plain(each.name): each for each in importlib.metadata.distributions()}
if sys.argv[1] != "true":
    needed = {
        plain(re.match(r"[\w.-]+", line)[0])
        for each in found.values() for line in each.requires or () if "extra ==" not in line
    }
    found = {name: each for name, each in found.items() if name not in needed}
print(json.dumps([{"name": each.name, "version": each.version} for _, each in sorted(found.items())]))
`

// GetProgramDependencies lists the installed packages; without transitive ones, those that no other one requires.
func (*languageHost) GetProgramDependencies(
	ctx context.Context, req *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	tool, err := python(req.GetInfo())
	if err != nil {
		return nil, err
	}
	cmd, err := tool.Command(ctx, "-c", listDistributions, fmt.Sprint(req.GetTransitiveDependencies()))
	if err != nil {
		return nil, err
	}
	output, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("listing the packages of the environment: %w", err)
	}
	return dependencies(output)
}

// dependencies reads what listDistributions prints.
func dependencies(output []byte) (*pulumirpc.GetProgramDependenciesResponse, error) {
	var found []struct{ Name, Version string }
	if err := json.Unmarshal(output, &found); err != nil {
		return nil, fmt.Errorf("reading the list of packages: %w", err)
	}
	response := &pulumirpc.GetProgramDependenciesResponse{}
	for _, each := range found {
		response.Dependencies = append(response.Dependencies,
			&pulumirpc.DependencyInfo{Name: each.Name, Version: each.Version})
	}
	return response, nil
}
