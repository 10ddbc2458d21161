// Command customers-api serves customers, operators and sessions over HTTP. Its settings are environment variables:
// customers-api --help lists them. `customers-api openapi` prints the OpenAPI document of this version.
package main

import (
	"context"
	"log/slog"
	"net"

	"b2b.example/customers-api"
	"b2b.example/db"
	"b2b.example/kit"
)

// version is set by the build.
var version = "dev"

func main() {
	settings := customers.Settings{Settings: kit.Settings{Port: customers.DefaultPort}}
	kit.Program{
		Name: "customers-api", Settings: &settings, Shared: &settings.Settings, Document: customers.Document,
		Serve: func(ctx context.Context, l net.Listener, log *slog.Logger) error {
			d, err := db.Open(ctx, settings.DatabaseURL, db.Options{Migrate: settings.Migrate, PoolSize: settings.DatabasePool})
			if err != nil {
				return err
			}
			defer func() { _ = d.Close() }()
			app, err := customers.New(ctx, customers.Options{DB: d, Settings: settings, Log: log, Version: version})
			if err != nil {
				return err
			}
			return app.Serve(ctx, l)
		},
	}.Main()
}
