package main

import (
	"os/exec"
	"sync"
	"syscall"
)

// children are the processes that must not outlive this one.
type children struct {
	mutex   sync.Mutex
	running map[*exec.Cmd]struct{}
}

// run starts a process in a group of its own and waits for it.
func (c *children) run(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	if err := c.start(cmd); err != nil {
		return err
	}
	err := cmd.Wait()
	c.mutex.Lock()
	defer c.mutex.Unlock()
	delete(c.running, cmd)
	return err
}

func (c *children) start(cmd *exec.Cmd) error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if err := cmd.Start(); err != nil {
		return err
	}
	if c.running == nil {
		c.running = map[*exec.Cmd]struct{}{}
	}
	c.running[cmd] = struct{}{}
	return nil
}

// killAll ends every running process together with the processes it started.
func (c *children) killAll() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for cmd := range c.running {
		// A process that has just ended is no error here.
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
}
