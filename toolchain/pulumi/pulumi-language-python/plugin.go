package main

import (
	"errors"
	"fmt"
	"os/exec"
	"sync"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// RunPlugin runs a plugin written in Python, a policy pack ("analyzer") or a provider, and streams what it prints.
func (h *languageHost) RunPlugin(
	req *pulumirpc.RunPluginRequest, stream pulumirpc.LanguageRuntime_RunPluginServer,
) error {
	tool, err := python(req.GetInfo())
	if err != nil {
		return err
	}
	program := req.GetInfo().GetProgramDirectory()
	var cmd *exec.Cmd
	if req.GetKind() == "analyzer" {
		// A policy pack is started by the SDK's own module, which takes the engine's arguments and then the pack.
		args := append([]string{"-u", "-m", "pulumi.policy"}, req.GetArgs()...)
		cmd, err = tool.Command(stream.Context(), append(args, program)...)
	} else {
		cmd, err = tool.Command(stream.Context(), append([]string{"-u", program}, req.GetArgs()...)...)
	}
	if err != nil {
		return err
	}
	cmd.Dir = req.GetPwd()
	cmd.Env = append(cmd.Environ(), req.GetEnv()...)

	var sending sync.Mutex // a gRPC stream takes one message at a time, the two pipes are read at once
	cmd.Stdout = writer(func(part []byte) error {
		sending.Lock()
		defer sending.Unlock()
		return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stdout{Stdout: part}})
	})
	cmd.Stderr = writer(func(part []byte) error {
		sending.Lock()
		defer sending.Unlock()
		return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stderr{Stderr: part}})
	})

	var exit *exec.ExitError
	if err := h.children.run(cmd); err != nil && !errors.As(err, &exit) {
		return fmt.Errorf("starting the plugin: %w", err)
	}
	return stream.Send(&pulumirpc.RunPluginResponse{
		Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: int32(cmd.ProcessState.ExitCode())},
	})
}

// writer sends each part as it is written.
type writer func([]byte) error

func (w writer) Write(part []byte) (int, error) {
	copied := append([]byte(nil), part...)
	if err := w(copied); err != nil {
		return 0, err
	}
	return len(part), nil
}
