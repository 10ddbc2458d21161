package kit

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

// Program is a service as a command. It takes its settings from the environment, lists them for --help, prints the
// service's OpenAPI document for "openapi", and otherwise serves until it is told to end.
type Program struct {
	Name     string
	Settings any       // a pointer to the service's settings, with its defaults
	Shared   *Settings // the part of them that all services share
	Document func() ([]byte, error)
	// Serve makes the service and serves on the listener until ctx ends.
	Serve func(ctx context.Context, l net.Listener, log *slog.Logger) error
}

// Main runs the program. Where it fails, it says why and ends the process with status 1.
func (p Program) Main() {
	if err := p.run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, p.Name+":", err)
		os.Exit(1)
	}
}

func (p Program) run(args []string) error {
	switch {
	case HelpWanted(args):
		Usage(os.Stdout, p.Name, p.Settings)
		return nil
	case slices.Equal(args, []string{"openapi"}):
		return p.printDocument()
	case len(args) > 0:
		return fmt.Errorf("unknown argument %q: see --help", args[0])
	}
	if err := Load(p.Settings); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return p.serve(ctx)
}

// serve takes the port before anything else is done: who cannot serve touches no data.
func (p Program) serve(ctx context.Context) error {
	l, err := Listen(*p.Shared)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }() // served to its end, it is closed already
	log := Logger(*p.Shared, p.Name)
	log.Info("serving", "address", l.Addr().String())
	return p.Serve(ctx, l, log)
}

func (p Program) printDocument() error {
	document, err := p.Document()
	if err == nil {
		_, err = os.Stdout.Write(document)
	}
	return err
}
