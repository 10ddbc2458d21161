// Command b2b is the whole product in one process: customers-api, orders-api and the orchestrator over one database, and
// the administrator's commands.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"b2b.example/kit"
)

const synopsis = `b2b runs customers-api, orders-api and the orchestrator in one process.

  b2b [serve]                 run everything (what b2b alone does)
  b2b health                  ask the b2b that serves here whether it can work; exit status 1 when it cannot
  b2b check                   verify every invariant of the database; exit status 1 when something is wrong
  b2b backup FILE             copy an embedded database into a new file, also while it is used
  b2b migrate                 bring the database's tables up to date
  b2b seed --orders N         add N made-up orders, with customers and products of their own
  b2b operator add --email ADDRESS --name NAME [--role viewer|operator|manager]
                              add an account; its password is asked for, read from standard input, or made

Without DATABASE_URL the database is the file data/b2b.db here. Secrets that are not set are made at the first start and
kept beside the data.

`

// elsewhere are the settings of the services that b2b decides itself.
var elsewhere = []string{"PORT", "CUSTOMERS_API_URL", "ORDERS_API_URL"}

// command is one thing that b2b can be told to do.
type command struct {
	name string
	run  func(ctx context.Context, s *settings, args []string) error
}

var commands = []command{
	{"serve", serve},
	{"health", health},
	{"check", check},
	{"backup", backup},
	{"migrate", migrate},
	{"seed", seed},
	{"operator", operator},
}

// errFound says that check found something wrong: it has been printed already.
var errFound = errors.New("the database breaks its invariants")

// usageError is a command line that makes no sense.
type usageError struct{ problem string }

func (e usageError) Error() string { return e.problem + " (b2b --help)" }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process at once
	err := run(ctx, os.Args[1:])
	stop()
	os.Exit(status(err))
}

// status is the exit status that tells a script how it went: 1 when the database is wrong or the work failed, 2 when b2b
// was called wrongly.
func status(err error) int {
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errFound):
		return 1
	case errors.As(err, &usage):
		fmt.Fprintln(os.Stderr, "b2b:", err)
		return 2
	}
	fmt.Fprintln(os.Stderr, "b2b:", err)
	return 1
}

func run(ctx context.Context, args []string) error {
	if kit.HelpWanted(args) {
		help(os.Stdout)
		return nil
	}
	name := "serve"
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	at := slices.IndexFunc(commands, func(c command) bool { return c.name == name })
	if at < 0 {
		return usageError{"there is no command " + name}
	}
	s, err := load()
	if err != nil {
		return err
	}
	return commands[at].run(ctx, s, args)
}

func help(w io.Writer) {
	var all strings.Builder
	kit.Usage(&all, "b2b", defaults())
	_, _ = io.WriteString(w, synopsis)
	for line := range strings.Lines(all.String()) {
		if words := strings.Fields(line); len(words) == 0 || !slices.Contains(elsewhere, words[0]) {
			_, _ = io.WriteString(w, line)
		}
	}
}

// version is set by a build that knows better than the go command.
var version string

// release is that version, or else the module's, as the go command recorded it.
func release() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
