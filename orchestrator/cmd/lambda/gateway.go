package main

import (
	"context"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"
	fiberadapter "github.com/awslabs/aws-lambda-go-api-proxy/fiber"
	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"b2b.example/kit"
	"b2b.example/orchestrator"
)

// gateway turns what API Gateway hands a Lambda into requests of the app, through the adapter. The adapter drops the
// invocation's deadline, fails for callers with an IPv6 address and cuts headers at their commas: each of these is put
// right in the event before it, or in the request behind it.
type gateway struct{ adapter *fiberadapter.FiberLambda }

// newGateway puts an app of its own before ours, because ours reads headers from its very first handler on.
func newGateway(app *kit.App) *gateway {
	serve := app.Handler()
	front := fiber.New()
	front.Use(func(c *fiber.Ctx) error {
		restoreCommas(&c.Request().Header)
		serve(c.Context())
		return nil
	})
	return &gateway{adapter: fiberadapter.New(front)}
}

// answer answers one event. An error is an event that is no request, and no HTTP API sends one.
func (g *gateway) answer(ctx context.Context, event events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	event.Headers = headersFor(ctx, event.Headers)
	event.RawPath = escaped(event.RawPath)
	caller := &event.RequestContext.HTTP
	caller.SourceIP = withPort(caller.SourceIP)
	caller.Method = knownMethod(caller.Method)
	return g.adapter.ProxyWithContextV2(ctx, event)
}

// requestIDs are the headers by which the app knows a request, as API Gateway spells them.
var requestIDs = []string{"x-correlation-id", "x-request-id"}

// headersFor are the headers that the app gets: the caller's, with what only we may say put in its place. A request that
// its caller gave no id has the invocation's, by which CloudWatch knows it too.
func headersFor(ctx context.Context, sent map[string]string) map[string]string {
	headers := make(map[string]string, len(sent)+2)
	for name, value := range sent {
		headers[strings.ToLower(name)] = strings.ReplaceAll(value, ",", comma)
	}
	remaining := strings.ToLower(orchestrator.RemainingHeader)
	delete(headers, remaining)
	if deadline, ok := ctx.Deadline(); ok {
		headers[remaining] = strconv.FormatInt(time.Until(deadline).Milliseconds(), 10)
	}
	named := slices.ContainsFunc(requestIDs, func(name string) bool { return headers[name] != "" })
	if invocation, ok := lambdacontext.FromContext(ctx); ok && !named {
		headers["x-request-id"] = invocation.AwsRequestID
	}
	return headers
}

// comma stands for a comma on the way through the adapter. It is a control character, which no header may hold.
const comma = "\x1f"

func restoreCommas(header *fasthttp.RequestHeader) {
	cut := map[string]string{}
	for name, value := range header.All() {
		if text := string(value); strings.Contains(text, comma) {
			cut[string(name)] = strings.ReplaceAll(text, comma, ",")
		}
	}
	for name, value := range cut {
		header.Set(name, value)
	}
}

// withPort writes an address so that the adapter can read it; one that is none becomes the unspecified address, and is
// not looked up.
func withPort(sourceIP string) string {
	address, err := netip.ParseAddr(sourceIP)
	if err != nil {
		address = netip.IPv4Unspecified()
	}
	return netip.AddrPortFrom(address, 80).String()
}

// escaped is a path that can be read as an address. API Gateway unescapes some, and then 100% is left of 100%25.
func escaped(path string) string {
	if _, err := url.ParseRequestURI(path); err != nil {
		return (&url.URL{Path: path}).EscapedPath()
	}
	return path
}

// knownMethod stands TRACE, which no route has, for a made-up method: so the app refuses it like any other that it does
// not serve.
func knownMethod(method string) string {
	if !slices.Contains(fiber.DefaultMethods, method) {
		return fiber.MethodTrace
	}
	return method
}
