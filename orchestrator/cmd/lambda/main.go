// Command lambda is the orchestrator as an AWS Lambda function behind an HTTP API (payload format 2.0). Its settings are
// environment variables, the same as those of cmd/local, but for what has to do with a port.
package main

import (
	"context"
	"log/slog"
	"os"
	"runtime/debug"

	"github.com/aws/aws-lambda-go/lambda"

	"b2b.example/kit"
	"b2b.example/orchestrator"
)

// settings are those of the orchestrator. What has a default where everything runs on one machine has none here.
type settings struct{ orchestrator.Settings }

// Check tells what is missing.
func (settings) Check() []string {
	var mistakes []string
	for _, name := range []string{"CUSTOMERS_API_URL", "ORDERS_API_URL"} {
		if os.Getenv(name) == "" {
			mistakes = append(mistakes, name+" is missing")
		}
	}
	return mistakes
}

// main makes the app before it asks for work, which is outside of any invocation's time.
func main() {
	var s settings
	err := kit.Load(&s)
	log := kit.Logger(s.Settings.Settings, "orchestrator")
	if err != nil {
		end(log, err)
	}
	app, err := orchestrator.New(context.Background(), orchestrator.Options{Settings: s.Settings, Log: log, Version: version()})
	if err != nil {
		end(log, err)
	}
	lambda.Start(newGateway(app).answer)
}

// end says why nothing can be served, in one line: each line is an entry of its own in CloudWatch.
func end(log *slog.Logger, err error) {
	log.Error("the function cannot start", "error", err)
	os.Exit(1)
}

// version is the commit that was built.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
