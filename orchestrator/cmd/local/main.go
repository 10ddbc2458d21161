// Command local serves the orchestrator as a plain HTTP server. Its settings are environment variables: local --help
// lists them. `local openapi` prints the OpenAPI document of this version.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"b2b.example/kit"
	"b2b.example/orchestrator"
)

// version is set by the build.
var version = "dev"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "orchestrator:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	settings := orchestrator.Settings{Settings: kit.Settings{Port: orchestrator.DefaultPort}}
	switch {
	case kit.HelpWanted(args):
		kit.Usage(os.Stdout, "orchestrator", &settings)
		return nil
	case slices.Equal(args, []string{"openapi"}):
		return writeDocument()
	case len(args) > 0:
		return fmt.Errorf("unknown argument %q: see --help", args[0])
	}
	if err := kit.Load(&settings); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return serve(ctx, settings)
}

// serve runs the service until ctx ends.
func serve(ctx context.Context, settings orchestrator.Settings) error {
	listener, err := kit.Listen(settings.Settings)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }() // served to its end, it is closed already
	log := kit.Logger(settings.Settings, "orchestrator")
	app, err := orchestrator.New(ctx, orchestrator.Options{Settings: settings, Log: log, Version: version})
	if err != nil {
		return err
	}
	log.Info("serving", "address", listener.Addr().String(), "version", version)
	return app.Serve(ctx, listener)
}

func writeDocument() error {
	document, err := orchestrator.Document()
	if err == nil {
		_, err = os.Stdout.Write(document)
	}
	return err
}
