package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const patience = 10 * time.Second

// start runs a script that prints the process id of a child of its own and then waits for it.
func start(ctx context.Context, t *testing.T, c *children) (pid int, ended chan error) {
	t.Helper()
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", "trap '' TERM INT; sleep 60 & echo $!; wait")
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	ended = make(chan error, 1)
	go func() { ended <- c.run(cmd) }()
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if pid, err = strconv.Atoi(strings.TrimSpace(line)); err != nil {
		t.Fatal(err)
	}
	return pid, ended
}

// requireEnd fails unless the script and its child are gone soon.
func requireEnd(t *testing.T, pid int, ended chan error) {
	t.Helper()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("a killed program counts as success")
		}
	case <-time.After(patience):
		t.Fatal("the program is still running")
	}
	for end := time.Now().Add(patience); running(pid); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the child of the program is still running")
		}
	}
}

// running tells whether a process is alive; one that only waits to be collected counts as gone.
func running(pid int) bool {
	if stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil {
		_, state, _ := strings.Cut(string(stat), ") ")
		return !strings.HasPrefix(state, "Z")
	}
	return syscall.Kill(pid, 0) == nil
}

// The engine's goodbye must leave no Python process behind, whatever it does with polite signals.
func TestKillAllEndsChildrenOfChildren(t *testing.T) {
	c := &children{}
	pid, ended := start(context.Background(), t, c)
	c.killAll()
	requireEnd(t, pid, ended)
	if len(c.running) != 0 {
		t.Errorf("%d ended programs are still noted", len(c.running))
	}
}

// A cancelled request ends its program only.
func TestCancelledRequestEndsItsProgramAndNoOther(t *testing.T) {
	c := &children{}
	ctx, cancel := context.WithCancel(context.Background())
	pid, ended := start(ctx, t, c)
	otherPid, otherEnded := start(context.Background(), t, c)
	cancel()
	requireEnd(t, pid, ended)
	if !running(otherPid) {
		t.Error("the program of another request was ended too")
	}
	c.killAll()
	requireEnd(t, otherPid, otherEnded)
}

func TestProgramThatCannotStartIsNotNoted(t *testing.T) {
	c := &children{}
	if err := c.run(exec.CommandContext(context.Background(), "/nowhere/python")); err == nil {
		t.Error("a missing program counts as success")
	}
	if len(c.running) != 0 {
		t.Error("it is noted as running")
	}
	c.killAll()
}
