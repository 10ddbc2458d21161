// Package kit is what every service is made of: the Fiber app, typed operations, who may use them, calls to other
// services, settings, logs. It knows no database and no entity.
//
// A service makes an App with New, registers its operations with Handle, and calls Serve:
//
//	app := kit.New(kit.Options{Name: "customers-api", Settings: settings, Sessions: sessions, Log: log})
//	kit.Handle(app, "GET", "/customers/:id", kit.Op{ID: "getCustomer", Guard: kit.Operators(kit.Viewer)}, getCustomer)
//	err := app.Serve(ctx, listener)
//
// An operation returns what it has to say, or an error. Errors become answers in one place, problem.go.
package kit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gofiber/fiber/v2"
	rescue "github.com/gofiber/fiber/v2/middleware/recover"
	"github.com/valyala/fasthttp"

	"b2b.example/kit/fault"
)

const (
	// bodyLimit is the most that an operation reads; acceptLimit the most that the server does. What lies between is
	// answered properly; beyond it the connection is cut while the client still sends.
	bodyLimit   = 1 << 20
	acceptLimit = 4 << 20

	headerLimit    = 16 << 10
	mostRequests   = 4096
	readTimeout    = 15 * time.Second
	writeTimeout   = 30 * time.Second
	idleTimeout    = 60 * time.Second
	shutdownPeriod = 10 * time.Second
	readyTimeout   = 2 * time.Second
)

// Options are what an App is made of.
type Options struct {
	Name, Version string
	Log           *slog.Logger // slog.Default() when nil
	Settings      Settings
	Sessions      Sessions                        // uncached: the app caches. nil: no operator is let in
	Ready         func(ctx context.Context) error // nil: always ready
	Now           func() time.Time                // time.Now when nil
	// Refusal adds to what a refusal says, whoever refused: the app itself, a guard or the operation. nil adds nothing.
	Refusal func(c *fiber.Ctx, f *fault.Fault)
}

// App is a Fiber app that has the habits of the house. Routes are registered with Handle; what is not JSON (pages,
// assets) goes to Fiber directly.
type App struct {
	*fiber.App
	Sessions *CachedSessions[int64] // Forget ends a session here at once

	name, version string
	log           *slog.Logger
	now           func() time.Time
	ready         func(ctx context.Context) error
	refusal       func(c *fiber.Ctx, f *fault.Fault)
	secrets       []string
	trusted       []netip.Prefix
	origins       *http.CrossOriginProtection
	https         bool // as browsers see us
	gate          *gate
	metrics       *metrics
	metricsPort   int
	document      *document
	routes        []Route
	uploads       map[string]int64 // how large they may be, by method and path
	background    []func(ctx context.Context)
	stopping      atomic.Bool
}

// Route is one route of the app with who may use it, for tests that try every route with every credential.
type Route struct {
	Method, Path, ID string
	Guard            Guard
}

// New makes an app with health, the document and its page, and no operation yet. Settings are taken to be right: Load
// has checked them.
func New(o Options) *App {
	a := &App{
		name: o.Name, version: o.Version, log: o.Log, now: o.Now, ready: o.Ready, refusal: o.Refusal,
		secrets: secretsOf(o.Settings), https: strings.HasPrefix(o.Settings.PublicURL, "https://"),
		origins: originsOf(o.Settings.PublicURL), metricsPort: o.Settings.MetricsPort,
	}
	if a.log == nil {
		a.log = slog.Default()
	}
	if a.now == nil {
		a.now = time.Now
	}
	if o.Sessions == nil {
		o.Sessions = noSessions{}
	}
	a.trusted, _ = proxies(o.Settings.TrustedProxies)
	a.Sessions = NewCachedSessions(o.Sessions)
	a.Sessions.now = a.now
	a.gate = newGate(o.Settings, a.Sessions)
	if a.metricsPort != 0 {
		a.metrics = newMetrics()
	}
	a.document, a.uploads = newDocument(o.Name), map[string]int64{}
	a.App = fiber.New(a.config())
	a.knowMethods()
	a.refuseLengths()
	a.Use(a.observe, a.Rescue(), a.refuseBodies)
	a.serveHealth()
	a.serveDocs()
	return a
}

func (a *App) config() fiber.Config {
	return fiber.Config{
		AppName:               a.name,
		Immutable:             true, // else strings change under whoever keeps them
		StrictRouting:         true,
		CaseSensitive:         true,
		BodyLimit:             acceptLimit,
		Concurrency:           mostRequests,
		ReadBufferSize:        headerLimit,
		ReadTimeout:           readTimeout,
		WriteTimeout:          writeTimeout,
		IdleTimeout:           idleTimeout,
		StreamRequestBody:     true, // for uploads; other bodies are read at once, by refuseBodies
		DisableStartupMessage: true,

		DisablePreParseMultipartForm: true, // else the server keeps the files of a form, of any size
		ErrorHandler:                 a.fail,
	}
}

// knowMethods lets the app itself refuse a made-up method, with a problem and the methods that there are. Fiber answers
// one in plain text; it takes TRACE, which no route has, for what it is.
func (a *App) knowMethods() {
	server := a.Server()
	inner := server.Handler
	server.Handler = func(c *fasthttp.RequestCtx) {
		if !slices.Contains(fiber.DefaultMethods, string(c.Method())) {
			c.Request.Header.SetMethod(fiber.MethodTrace)
		}
		inner(c)
	}
}

// observe is around everything: it gives the request its id, answers errors, and writes the access log and metrics.
func (a *App) observe(c *fiber.Ctx) error {
	x := &exchange{app: a, id: readRequestID(c), started: time.Now()}
	c.Locals(exchangeKey{}, x)
	defer func() {
		if x.cancel != nil {
			x.cancel()
		}
	}()
	a.setHeaders(c)
	if err := c.Next(); err != nil {
		if err = a.fail(c, err); err != nil {
			return err
		}
	}
	a.record(c, x)
	return nil
}

// setHeaders sets what every answer has. A page that needs a wider policy sets its own.
func (a *App) setHeaders(c *fiber.Ctx) {
	c.Set(fiber.HeaderXRequestID, RequestID(c))
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderXFrameOptions, "DENY")
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set(fiber.HeaderCacheControl, "no-store")
	if a.https {
		c.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000")
	}
}

// record writes the access log: never a header, a query or a body, for any of them may hold a secret.
func (a *App) record(c *fiber.Ctx, x *exchange) {
	status, took, route := c.Response().StatusCode(), time.Since(x.started), c.Route().Path
	attributes := []slog.Attr{
		slog.String("method", c.Method()), slog.String("path", shorten(c.Path(), 200)), slog.String("route", route),
		slog.Int("status", status), slog.Float64("ms", float64(took.Microseconds())/1000),
		slog.String("request_id", x.id), slog.String("caller", x.who.Caller()),
	}
	if x.code != "" {
		attributes = append(attributes, slog.String("code", x.code))
	}
	severity := slog.LevelInfo
	if status >= fiber.StatusInternalServerError {
		severity = slog.LevelError
		attributes = append(attributes, slog.Any("cause", x.cause))
	}
	a.log.LogAttrs(context.Background(), severity, "request", attributes...)
	a.metrics.count(c.Method(), route, status, took)
}

// Rescue is a handler that turns a panic of those after it into an error, which is logged with its stack.
func (a *App) Rescue() fiber.Handler {
	return rescue.New(rescue.Config{EnableStackTrace: true, StackTraceHandler: a.panicked})
}

func (a *App) panicked(c *fiber.Ctx, reason any) {
	a.log.Error("panic", "reason", fmt.Sprint(reason), "request_id", RequestID(c), "stack", string(debug.Stack()))
}

// refuseBodies turns away what must not even be looked at. The length is checked here as well as by the server: behind
// Lambda there is no such server.
func (a *App) refuseBodies(c *fiber.Ctx) error {
	if len(c.Request().Header.Peek(fiber.HeaderContentEncoding)) > 0 {
		return fault.New(fault.UnsupportedMedia, "CONTENT_ENCODING_UNSUPPORTED")
	}
	if err := a.readBody(c); err != nil {
		return err
	}
	if len(rawBody(c)) > bodyLimit {
		return fault.New(fault.TooLarge, "BODY_TOO_LARGE")
	}
	defer a.readOut(c)
	return c.Next()
}

// Health is what /health answers.
type Health struct {
	Status  string `json:"status"`
	Service string `json:"service"`
	Version string `json:"version"`
}

// serveHealth: live says that the process runs, ready (and plain health) that it can work.
func (a *App) serveHealth() {
	healthy := &Health{Status: "ok", Service: a.name, Version: a.version}
	live := func(*fiber.Ctx, *Nothing) (*Health, error) { return healthy, nil }
	ready := func(c *fiber.Ctx, _ *Nothing) (*Health, error) {
		if err := a.readiness(c); err != nil {
			return nil, err
		}
		return healthy, nil
	}
	op := Op{ID: "healthLive", Summary: "Does it run?", Tag: "health", Guard: Anyone}
	Handle(a, fiber.MethodGet, "/health/live", op, live)
	op.ID, op.Summary, op.Codes = "health", "Can it work?", []string{"NOT_READY", "SHUTTING_DOWN"}
	Handle(a, fiber.MethodGet, "/health", op, ready)
	op.ID = "healthReady"
	Handle(a, fiber.MethodGet, "/health/ready", op, ready)
}

func (a *App) readiness(c *fiber.Ctx) error {
	if a.stopping.Load() {
		return fault.New(fault.Unavailable, "SHUTTING_DOWN").Retry(shutdownPeriod)
	}
	if a.ready == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(Context(c), readyTimeout)
	defer cancel()
	if err := a.ready(ctx); err != nil {
		return fault.New(fault.Unavailable, "NOT_READY").Retry(readyTimeout).Because(err)
	}
	return nil
}

// Log is where the app tells what happens.
func (a *App) Log() *slog.Logger { return a.log }

// Now is what time it is.
func (a *App) Now() time.Time { return a.now() }

// Routes are the app's routes with their guards, in the order of registration.
func (a *App) Routes() []Route { return slices.Clone(a.routes) }

// Document is the app's OpenAPI document.
func (a *App) Document() *openapi3.T { return a.document.doc }

// OnServe registers work that goes on beside the requests: it runs from Serve until its context ends, and Serve waits
// for it.
func (a *App) OnServe(work func(ctx context.Context)) { a.background = append(a.background, work) }

// Every registers work that is done once when serving begins and then again and again, until serving ends. It says how
// much it has done, by name, for the metrics. What goes wrong is logged, and tried again the next time.
func (a *App) Every(interval time.Duration, what string, work func(ctx context.Context) (done map[string]int64, err error)) {
	a.OnServe(func(ctx context.Context) {
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			done, err := work(ctx)
			a.metrics.worked(what, done, err, time.Now())
			if err != nil && ctx.Err() == nil {
				a.log.Error(what, "error", err)
			}
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	})
}

// SweepEvery is how often what is kept for a time is looked for: as often as usual, or, where something is kept for a short
// time only, so often that none of it stays for long after that. What is kept for 0 is kept for ever.
func SweepEvery(usual time.Duration, kept ...time.Duration) time.Duration {
	every := usual
	for _, one := range kept {
		if one > 0 {
			every = min(every, max(one/10, time.Second))
		}
	}
	return every
}

// Serve answers requests until ctx ends; then it takes no new connections, finishes what it has begun (10 s at most)
// and returns. The error is that of a listener that broke, or of requests that did not end in time.
func (a *App) Serve(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var working sync.WaitGroup
	for _, work := range a.background {
		working.Go(func() { work(ctx) })
	}
	defer working.Wait()
	defer cancel()
	stopMetrics, err := a.serveMetrics(l)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer stopMetrics()

	served, prompt := make(chan error, 1), newPromptListener(l)
	go func() { served <- a.Listener(prompt) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve %s: %w", a.name, err)
	case <-ctx.Done():
	}
	a.stopping.Store(true)
	prompt.closeUnused()
	if err := a.ShutdownWithTimeout(shutdownPeriod); err != nil {
		return fmt.Errorf("shut down %s: %w", a.name, err)
	}
	// A listener that was not served yet is none that Fiber would close.
	if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("shut down %s: %w", a.name, err)
	}
	return <-served
}

func (a *App) trusts(address netip.Addr) bool {
	return slices.ContainsFunc(a.trusted, func(p netip.Prefix) bool { return p.Contains(address) })
}

func shorten(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
