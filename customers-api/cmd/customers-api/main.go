// Command customers-api serves customers, operators and sessions over HTTP. Its settings are environment variables:
// customers-api --help lists them. `customers-api openapi` prints the OpenAPI document of this version.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"b2b.example/customers-api"
	"b2b.example/db"
	"b2b.example/kit"
)

// version is set by the build.
var version = "dev"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "customers-api:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	settings := customers.Settings{Settings: kit.Settings{Port: customers.DefaultPort}}
	switch {
	case kit.HelpWanted(args):
		kit.Usage(os.Stdout, "customers-api", &settings)
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
func serve(ctx context.Context, settings customers.Settings) (err error) {
	listener, err := kit.Listen(settings.Settings)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }() // served to its end, it is closed already
	d, err := db.Open(ctx, settings.DatabaseURL, db.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	if settings.Migrate {
		if err := db.Migrate(ctx, d); err != nil {
			return err
		}
	}
	log := kit.Logger(settings.Settings, "customers-api")
	app, err := customers.New(ctx, customers.Options{DB: d, Settings: settings, Log: log, Version: version})
	if err != nil {
		return err
	}
	log.Info("serving", "address", listener.Addr().String(), "version", version)
	return app.Serve(ctx, listener)
}

func writeDocument() error {
	document, err := customers.Document()
	if err == nil {
		_, err = os.Stdout.Write(document)
	}
	return err
}
