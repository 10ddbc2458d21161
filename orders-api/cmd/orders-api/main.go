// Command orders-api serves products and orders over HTTP. Its settings are environment variables:
// orders-api --help lists them. `orders-api openapi` prints the OpenAPI document of this version.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/orders-api"
)

// version is set by the build.
var version = "dev"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "orders-api:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	settings := orders.Settings{Settings: kit.Settings{Port: orders.DefaultPort}}
	switch {
	case kit.HelpWanted(args):
		kit.Usage(os.Stdout, "orders-api", &settings)
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
func serve(ctx context.Context, settings orders.Settings) (err error) {
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
	log := kit.Logger(settings.Settings, "orders-api")
	app, err := orders.New(ctx, orders.Options{DB: d, Settings: settings, Log: log, Version: version})
	if err != nil {
		return err
	}
	log.Info("serving", "address", listener.Addr().String(), "version", version)
	return app.Serve(ctx, listener)
}

func writeDocument() error {
	document, err := orders.Document()
	if err == nil {
		_, err = os.Stdout.Write(document)
	}
	return err
}
