package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/common/version"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
	"google.golang.org/protobuf/types/known/emptypb"
)

// alreadyReported is the exit code with which the exec script says that the user has seen the error.
const alreadyReported = 32

// languageHost implements the language runtime for Python programs in a virtual environment.
type languageHost struct {
	pulumirpc.UnimplementedLanguageRuntimeServer

	engine   string
	children children
}

// python returns the tool that starts Python in the environment named by the project's runtime options.
func python(info *pulumirpc.ProgramInfo) (toolchain.Toolchain, error) {
	options := toolchain.PythonOptions{
		Root:       info.GetRootDirectory(),
		ProgramDir: info.GetProgramDirectory(),
		Toolchain:  toolchain.Pip,
		Virtualenv: info.GetOptions().GetFields()["virtualenv"].GetStringValue(),
	}
	return toolchain.ResolveToolchain(options)
}

func (*languageHost) Handshake(
	context.Context, *pulumirpc.LanguageHandshakeRequest,
) (*pulumirpc.LanguageHandshakeResponse, error) {
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

func (*languageHost) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version.Version}, nil
}

// GetRequiredPackages names no plugin: the set-up step installs what the program needs, and the engine asks for a
// missing one by name when the first resource of it is registered.
func (*languageHost) GetRequiredPackages(
	context.Context, *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	return &pulumirpc.GetRequiredPackagesResponse{}, nil
}

func (*languageHost) About(ctx context.Context, req *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	tool, err := python(req.GetInfo())
	if err != nil {
		return nil, err
	}
	about, err := tool.About(ctx)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.AboutResponse{Executable: about.PythonExecutable, Version: about.PythonVersion.String()}, nil
}

func (*languageHost) GetProgramDependencies(
	ctx context.Context, req *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	tool, err := python(req.GetInfo())
	if err != nil {
		return nil, err
	}
	packages, err := tool.ListPackages(ctx, req.GetTransitiveDependencies())
	if err != nil {
		return nil, err
	}
	response := &pulumirpc.GetProgramDependenciesResponse{}
	for _, found := range packages {
		response.Dependencies = append(response.Dependencies,
			&pulumirpc.DependencyInfo{Name: found.Name, Version: found.Version})
	}
	return response, nil
}

// InstallDependencies leaves the environment to the project's own set-up, which keeps it equal to the lock file.
func (*languageHost) InstallDependencies(
	*pulumirpc.InstallDependenciesRequest, pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	return errors.New("this language host does not install dependencies: run 'make setup'")
}

// Run executes one program in a process of its own; preview and update are two runs.
func (h *languageHost) Run(ctx context.Context, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	config, err := json.Marshal(req.GetConfig())
	if err != nil {
		return nil, fmt.Errorf("encoding the configuration: %w", err)
	}
	secretKeys, err := json.Marshal(req.GetConfigSecretKeys())
	if err != nil {
		return nil, fmt.Errorf("encoding the names of secret settings: %w", err)
	}
	tool, err := python(req.GetInfo())
	if err != nil {
		return nil, err
	}
	script, err := besideExecutable("pulumi-language-python-exec")
	if err != nil {
		return nil, err
	}
	args := append([]string{"-u", script}, programArguments(h.engine, req)...)
	cmd, err := tool.Command(ctx, args...)
	if err != nil {
		return nil, err
	}
	cmd.Env = append(cmd.Environ(),
		"PULUMI_CONFIG="+string(config), "PULUMI_CONFIG_SECRET_KEYS="+string(secretKeys))
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr // the engine reads both as the user's messages
	return runResponse(h.children.run(cmd))
}

// programArguments are the options of the exec script, which passes them to the SDK.
func programArguments(engine string, req *pulumirpc.RunRequest) []string {
	return append([]string{
		"--monitor", req.GetMonitorAddress(),
		"--engine", engine,
		"--project", req.GetProject(),
		"--root_directory", req.GetInfo().GetRootDirectory(),
		"--stack", req.GetStack(),
		"--pwd", req.GetPwd(),
		"--dry_run", strconv.FormatBool(req.GetDryRun()),
		"--parallel", strconv.Itoa(int(req.GetParallel())),
		"--organization", req.GetOrganization(),
		filepath.Join(req.GetInfo().GetProgramDirectory(), req.GetInfo().GetEntryPoint()),
	}, req.GetArgs()...)
}

// runResponse turns the end of a program into what the engine prints.
func runResponse(err error) (*pulumirpc.RunResponse, error) {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return &pulumirpc.RunResponse{}, nil
	case errors.As(err, &exit) && exit.ExitCode() == alreadyReported:
		return &pulumirpc.RunResponse{Bail: true}, nil
	case errors.As(err, &exit):
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("the program ended with %s", exit)}, nil
	default:
		return nil, fmt.Errorf("starting the program: %w", err)
	}
}

// besideExecutable returns the path of a file installed next to this program.
func besideExecutable(name string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("finding this program: %w", err)
	}
	path := filepath.Join(filepath.Dir(self), name)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("%s is not installed beside %s: run 'make setup': %w", name, self, err)
	}
	return path, nil
}
