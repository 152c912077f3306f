// Command pulumi-language-python lets the Pulumi engine run Python programs.
//
// Every other part of Pulumi's Python support (the script that runs one program, the one that starts dynamic
// providers) is in the Pulumi SDK's Go module; only the gRPC server between the engine and those is a separate module
// that a Go module proxy may not serve. This is that server and nothing more: each program or plugin is one process of
// its own, output goes through as it is written, and the server leaves at once when the engine asks it to.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/cmdutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/version"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

func main() {
	showVersion := flag.Bool("version", false, "print the version and leave")
	flag.String("tracing", "", "accepted for the engine's sake, not used")
	flag.Parse()
	if *showVersion {
		fmt.Println(version.Version)
		return
	}
	if flag.NArg() == 0 {
		cmdutil.Exit(fmt.Errorf("missing required argument: the address of the engine"))
	}

	host := &languageHost{engine: flag.Arg(0)}
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, host)
			return nil
		},
		Options: rpcutil.TracingServerInterceptorOptions(nil),
	})
	if err != nil {
		cmdutil.Exit(fmt.Errorf("cannot serve: %w", err))
	}

	// The engine runs this program in a process group of its own, so a Ctrl-C in the terminal never arrives here: an
	// interrupt is the engine saying goodbye. Waiting for anything would hold up every command for five seconds.
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-interrupts
		host.children.killAll()
		os.Exit(0)
	}()

	fmt.Printf("%d\n", handle.Port)
	if err := <-handle.Done; err != nil {
		cmdutil.Exit(err)
	}
}
