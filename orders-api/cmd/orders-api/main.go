// Command orders-api serves products and orders over HTTP. Its settings are environment variables:
// orders-api --help lists them. `orders-api openapi` prints the OpenAPI document of this version.
package main

import (
	"context"
	"log/slog"
	"net"

	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/orders-api"
)

// version is set by the build.
var version = "dev"

func main() {
	settings := orders.Settings{Settings: kit.Settings{Port: orders.DefaultPort}}
	kit.Program{
		Name: "orders-api", Settings: &settings, Shared: &settings.Settings, Document: orders.Document,
		Serve: func(ctx context.Context, l net.Listener, log *slog.Logger) error {
			d, err := db.Open(ctx, settings.DatabaseURL, db.Options{Migrate: settings.Migrate, PoolSize: settings.DatabasePool})
			if err != nil {
				return err
			}
			defer func() { _ = d.Close() }()
			app, err := orders.New(ctx, orders.Options{DB: d, Settings: settings, Log: log, Version: version})
			if err != nil {
				return err
			}
			return app.Serve(ctx, l)
		},
	}.Main()
}
