// Command local serves the orchestrator as a plain HTTP server. Its settings are environment variables: local --help
// lists them. `local openapi` prints the OpenAPI document of this version.
package main

import (
	"context"
	"log/slog"
	"net"

	"b2b.example/kit"
	"b2b.example/orchestrator"
)

// version is set by the build.
var version = "dev"

func main() {
	settings := orchestrator.Settings{Settings: kit.Settings{Port: orchestrator.DefaultPort}}
	kit.Program{
		Name: "orchestrator", Settings: &settings, Shared: &settings.Settings, Document: orchestrator.Document,
		Serve: func(ctx context.Context, l net.Listener, log *slog.Logger) error {
			app, err := orchestrator.New(ctx, orchestrator.Options{Settings: settings, Log: log, Version: version})
			if err != nil {
				return err
			}
			return app.Serve(ctx, l)
		},
	}.Main()
}
