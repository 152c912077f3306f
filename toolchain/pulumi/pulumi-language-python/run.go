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

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// alreadyReported is the exit code with which the exec script says that the user has seen the error.
const alreadyReported = 32

// Run executes one program in a process of its own; preview and update are two runs.
func (h *languageHost) Run(ctx context.Context, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	settings, err := configuration(req)
	if err != nil {
		return nil, err
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
	cmd.Env = append(cmd.Environ(), settings...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr // the engine reads both as the user's messages
	return runResponse(h.children.run(cmd))
}

// configuration returns the environment variables in which the SDK expects the stack's settings.
//
// A stack without any arrives as nil, which would be encoded as null and end the program in a traceback.
func configuration(req *pulumirpc.RunRequest) ([]string, error) {
	values, secretKeys := req.GetConfig(), req.GetConfigSecretKeys()
	if values == nil {
		values = map[string]string{}
	}
	if secretKeys == nil {
		secretKeys = []string{}
	}
	encodedValues, err := json.Marshal(values)
	if err != nil {
		return nil, fmt.Errorf("encoding the settings: %w", err)
	}
	encodedKeys, err := json.Marshal(secretKeys)
	if err != nil {
		return nil, fmt.Errorf("encoding the names of secret settings: %w", err)
	}
	return []string{
		"PULUMI_CONFIG=" + string(encodedValues), "PULUMI_CONFIG_SECRET_KEYS=" + string(encodedKeys),
	}, nil
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
