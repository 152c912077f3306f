package main

import (
	"errors"
	"os/exec"
	"slices"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// The exec script reads options by name and takes the program's own arguments after its path.
func TestProgramArgumentsNameEveryOptionAndEndWithTheProgram(t *testing.T) {
	got := programArguments("127.0.0.1:1", &pulumirpc.RunRequest{
		MonitorAddress: "127.0.0.1:2",
		Project:        "zapstack",
		Stack:          "dev",
		Pwd:            "/checkout/infra",
		DryRun:         true,
		Parallel:       16,
		Organization:   "organization",
		Args:           []string{"--own", "argument"},
		Info: &pulumirpc.ProgramInfo{
			RootDirectory: "/checkout", ProgramDirectory: "/checkout/infra", EntryPoint: ".",
		},
	})
	want := []string{
		"--monitor", "127.0.0.1:2", "--engine", "127.0.0.1:1", "--project", "zapstack", "--root_directory", "/checkout",
		"--stack", "dev", "--pwd", "/checkout/infra", "--dry_run", "true", "--parallel", "16",
		"--organization", "organization", "/checkout/infra", "--own", "argument",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestProgramArgumentsKeepAnEntryPointThatIsAFile(t *testing.T) {
	got := programArguments("", &pulumirpc.RunRequest{
		Info: &pulumirpc.ProgramInfo{ProgramDirectory: "/checkout", EntryPoint: "main.py"},
	})
	if last := got[len(got)-1]; last != "/checkout/main.py" {
		t.Errorf("the program is %q", last)
	}
}

// The SDK reads both variables as JSON and fails on null, also when a stack has no settings at all.
func TestConfiguration(t *testing.T) {
	for name, test := range map[string]struct {
		request *pulumirpc.RunRequest
		want    []string
	}{
		"no settings": {
			request: &pulumirpc.RunRequest{},
			want:    []string{"PULUMI_CONFIG={}", "PULUMI_CONFIG_SECRET_KEYS=[]"},
		},
		"settings with a secret": {
			request: &pulumirpc.RunRequest{
				Config: map[string]string{"zapstack:key": `a "quoted" value`}, ConfigSecretKeys: []string{"zapstack:key"},
			},
			want: []string{
				`PULUMI_CONFIG={"zapstack:key":"a \"quoted\" value"}`, `PULUMI_CONFIG_SECRET_KEYS=["zapstack:key"]`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := configuration(test.request)
			if err != nil || !slices.Equal(got, test.want) {
				t.Errorf("got  %q, %v\nwant %q", got, err, test.want)
			}
		})
	}
}

// How a program ended decides whether the engine prints an error of its own.
func TestRunResponse(t *testing.T) {
	end := func(script string) error { return exec.Command("/bin/sh", "-c", script).Run() }
	for name, test := range map[string]struct {
		err   error
		bail  bool
		error string
	}{
		"success says nothing":                    {err: end("exit 0")},
		"an error the user has seen is only told": {err: end("exit 32"), bail: true},
		"another exit code is named":              {err: end("exit 3"), error: "the program ended with exit status 3"},
		"a signal is named":                       {err: end("kill -9 $$"), error: "the program ended with signal: killed"},
	} {
		t.Run(name, func(t *testing.T) {
			response, err := runResponse(test.err)
			if err != nil {
				t.Fatal(err)
			}
			if response.GetBail() != test.bail || response.GetError() != test.error {
				t.Errorf("got bail %t, error %q", response.GetBail(), response.GetError())
			}
		})
	}
}

func TestRunResponseTellsAProgramThatCouldNotStartFromOneThatFailed(t *testing.T) {
	cause := errors.New("no such file")
	if _, err := runResponse(cause); !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
}

func TestBesideExecutableSaysWhatToDo(t *testing.T) {
	if _, err := besideExecutable("not-installed"); err == nil || err.Error() == "" {
		t.Errorf("got %v", err)
	}
}
