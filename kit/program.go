package kit

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
)

// Program is a service as a command. It takes its settings from the environment, lists them for --help, prints the
// service's OpenAPI document for "openapi", asks the one that serves by these settings how it is for "health", and
// otherwise serves until it is told to end.
type Program struct {
	Name     string
	Settings any       // a pointer to the service's settings, with its defaults
	Shared   *Settings // the part of them that all services share
	Document func() ([]byte, error)
	// Serve makes the service and serves on the listener until ctx ends.
	Serve func(ctx context.Context, l net.Listener, log *slog.Logger) error
}

const programSynopsis = `  %[1]s            serve
  %[1]s health     ask the %[1]s that serves here whether it can work; exit status 1 when it cannot
  %[1]s openapi    print its OpenAPI document

`

// Main runs the program. Where it fails, it says why and ends the process with status 1.
func (p Program) Main() {
	if err := p.run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, p.Name+":", err)
		os.Exit(1)
	}
}

func (p Program) run(args []string) error {
	switch told := strings.Join(args, " "); {
	case HelpWanted(args):
		fmt.Printf(programSynopsis, p.Name)
		Usage(os.Stdout, p.Name, p.Settings)
		return nil
	case told == "openapi":
		return p.printDocument()
	case told == "health":
		return p.withSettings(func(ctx context.Context) error { return AskReady(ctx, p.Shared.Host, p.Shared.Port) })
	case told == "":
		return p.withSettings(p.serve)
	default:
		return fmt.Errorf("unknown argument %q: see --help", told)
	}
}

func (p Program) withSettings(work func(ctx context.Context) error) error {
	if err := Load(p.Settings); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return work(ctx)
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

// AskReady asks whoever serves there whether it can work: nil when it can. So a program checks its own health where
// there is nothing else that could, such as in an image without a shell.
func AskReady(ctx context.Context, host string, port int) error {
	ctx, cancel := context.WithTimeout(ctx, 2*readyTimeout)
	defer cancel()
	address := "http://" + net.JoinHostPort(host, strconv.Itoa(port)) + "/health/ready"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return fmt.Errorf("not ready: %w", err)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // and without a proxy: it is this machine
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("not ready: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		why, _ := io.ReadAll(io.LimitReader(response.Body, 1000)) // the status alone says it too
		return fmt.Errorf("not ready: %s: %s", response.Status, why)
	}
	return nil
}
