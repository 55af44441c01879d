// Command server runs Claimcheck: the lessons, the playground and the mock
// identity provider, on one port, with nothing to configure.
//
//	go run ./server
//
// It is the only package that imports Gin and the only one that knows all the
// others. Each surface has a file of its own; [server.routes] is the whole
// route table.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// Exit codes, as a shell expects them.
const (
	exitFailed = 1 // it started or tried to, and something went wrong
	exitUsage  = 2 // the command line could not be understood
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// After the first signal the handler is taken away, so that a second one
	// ends a process that waits for a request which does not finish.
	context.AfterFunc(ctx, stop)
	collectLess(os.Getenv)
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is main with its surroundings as parameters: the command line without
// the program's name, the environment, and where to write. It returns the exit
// code once ctx has ended and every open request has been answered.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	cfg, err := parseFlags(args, getenv, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintf(stderr, "claimcheck: %v\n", err)
		return exitUsage
	case cfg.version:
		fmt.Fprintln(stdout, version())
		return 0
	case cfg.check:
		err = check(ctx, cfg, stdout)
	default:
		err = serve(ctx, cfg, stdout, stderr)
	}
	if err != nil {
		fmt.Fprintf(stderr, "claimcheck: %v\n", err)
		return exitFailed
	}
	return 0
}

const (
	// garbagePercent lets the heap grow to four times what is in use before it is
	// collected: most of what is in use are the texts, which never change, and to
	// look through them each time would cost more than a token does.
	garbagePercent = 300
	// memoryLimit is from where on it is collected oftener again, in bytes.
	memoryLimit = 512 << 20
)

// collectLess sets the garbage collector up, unless the environment does.
func collectLess(getenv func(string) string) {
	if getenv("GOGC") == "" && getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(garbagePercent)
		debug.SetMemoryLimit(memoryLimit)
	}
}
