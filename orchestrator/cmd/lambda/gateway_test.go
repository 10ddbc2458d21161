package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"b2b.example/kit"
	"b2b.example/kit/kittest"
	"b2b.example/orchestrator"
)

// seen is what an app sees of a request.
type seen struct {
	Address, RequestID, Body string
	Headers                  map[string][]string
}

// mirror is the gateway of an app that answers what it sees.
func mirror(t *testing.T) *gateway {
	t.Helper()
	app := kit.New(kit.Options{Name: "mirror", Log: slog.New(slog.DiscardHandler), Settings: kittest.Settings()})
	app.Post("/mirror", func(c *fiber.Ctx) error {
		return c.JSON(seen{
			Address: kit.ClientAddress(c), RequestID: kit.RequestID(c), Body: string(c.Request().Body()), Headers: c.GetReqHeaders(),
		})
	})
	app.Get("/bytes", func(c *fiber.Ctx) error { return c.Send([]byte{0xff, 0x00, 0xfe}) })
	return newGateway(app)
}

// request is an event as an HTTP API makes it.
func request(method, path, body string, headers map[string]string) events.APIGatewayV2HTTPRequest {
	event := events.APIGatewayV2HTTPRequest{Version: "2.0", RawPath: path, Headers: headers, Body: body}
	event.RequestContext.DomainName = "abc123.execute-api.eu-west-1.amazonaws.com"
	event.RequestContext.HTTP.Method, event.RequestContext.HTTP.Path = method, path
	event.RequestContext.HTTP.SourceIP = "203.0.113.7"
	return event
}

// reflected sends an event to the mirror and reads what it saw.
func reflected(ctx context.Context, t *testing.T, event events.APIGatewayV2HTTPRequest) seen {
	t.Helper()
	answer, err := mirror(t).answer(ctx, event)
	require.NoError(t, err)
	require.Equal(t, 200, answer.StatusCode, answer.Body)
	var s seen
	require.NoError(t, json.Unmarshal([]byte(answer.Body), &s))
	return s
}

func TestCallersAddress(t *testing.T) {
	for sourceIP, want := range map[string]string{
		"203.0.113.7": "203.0.113.7", "2001:db8::7": "2001:db8::7", "::ffff:203.0.113.7": "203.0.113.7", "": "0.0.0.0", "localhost": "0.0.0.0",
	} {
		event := request("POST", "/mirror", "", nil)
		event.RequestContext.HTTP.SourceIP = sourceIP
		require.Equal(t, want, reflected(t.Context(), t, event).Address, sourceIP)
	}
}

// TestHeadersStayWhole: the app sees each as it was sent, and none twice.
func TestHeadersStayWhole(t *testing.T) {
	sent := map[string]string{
		"accept-language": "fr, es;q=0.9,en;q=0.1", "x-correlation-id": "a,b", "authorization": "Bearer a,b", "x-list": ",a ,, b,",
		"content-type": "application/json", "user-agent": "curl/8 (a, b)", "host": "orders.example.com", "accept": "*/*",
	}
	s := reflected(t.Context(), t, request("POST", "/mirror", "{}", sent))
	for name, value := range sent {
		for known, values := range s.Headers {
			if strings.EqualFold(known, name) {
				require.Equal(t, []string{value}, values, name)
				name = ""
			}
		}
		require.Empty(t, name, "%v", s.Headers)
	}
	require.Equal(t, "a,b", s.RequestID)
}

// TestDeadlineIsTheInvocations: what a caller says of it is not heard, whether there is one or not.
func TestDeadlineIsTheInvocations(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 7*time.Second)
	defer cancel()
	forged := map[string]string{"x-remaining-milliseconds": "1", "X-Remaining-Milliseconds": "2", "X-REMAINING-Milliseconds": "3"}
	s := reflected(ctx, t, request("POST", "/mirror", "", forged))
	require.Len(t, s.Headers[orchestrator.RemainingHeader], 1)
	left, err := strconv.Atoi(s.Headers[orchestrator.RemainingHeader][0])
	require.NoError(t, err)
	require.InDelta(t, 6500, left, 500)

	s = reflected(t.Context(), t, request("POST", "/mirror", "", forged))
	require.Empty(t, s.Headers[orchestrator.RemainingHeader])
}

// TestRequestID: the caller's, else the invocation's.
func TestRequestID(t *testing.T) {
	ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "b6f1"})
	for want, headers := range map[string]map[string]string{
		"b6f1": nil, "mine": {"x-request-id": "mine"}, "theirs": {"X-Correlation-Id": "theirs", "x-request-id": "mine"},
	} {
		require.Equal(t, want, reflected(ctx, t, request("POST", "/mirror", "", headers)).RequestID)
	}
}

// TestBodies: text and bytes come in and go out as they are.
func TestBodies(t *testing.T) {
	const text = "Muñoz & Söhne 株式会社 🛒"
	require.Equal(t, text, reflected(t.Context(), t, request("POST", "/mirror", text, nil)).Body)
	event := request("POST", "/mirror", base64.StdEncoding.EncodeToString([]byte(text)), nil)
	event.IsBase64Encoded = true
	require.Equal(t, text, reflected(t.Context(), t, event).Body)

	answer, err := mirror(t).answer(t.Context(), request("GET", "/bytes", "", nil))
	require.NoError(t, err)
	require.True(t, answer.IsBase64Encoded)
	require.Equal(t, "/wD+", answer.Body)
}

// TestRefusals: whatever API Gateway lets through is answered with a problem, by the app itself.
func TestRefusals(t *testing.T) {
	large := strings.Repeat("x", 1<<20+1)
	encoded := request("POST", "/mirror", base64.StdEncoding.EncodeToString([]byte(large)), nil)
	encoded.IsBase64Encoded = true
	for name, c := range map[string]struct {
		event  events.APIGatewayV2HTTPRequest
		status int
		code   string
	}{
		"too large":           {request("POST", "/mirror", large, nil), 413, "BODY_TOO_LARGE"},
		"too large, encoded":  {encoded, 413, "BODY_TOO_LARGE"},
		"compressed":          {request("POST", "/mirror", "x", map[string]string{"content-encoding": "gzip"}), 415, "CONTENT_ENCODING_UNSUPPORTED"},
		"no such path":        {request("POST", "/nothing", "", nil), 404, "NOT_FOUND"},
		"a path, unescaped":   {request("POST", "/100%", "", nil), 404, "NOT_FOUND"},
		"a path with a break": {request("POST", "/a\nb", "", nil), 404, "NOT_FOUND"},
		"other method":        {request("DELETE", "/mirror", "", nil), 405, "METHOD_NOT_ALLOWED"},
		"made-up method":      {request("FROB", "/mirror", "", nil), 405, "METHOD_NOT_ALLOWED"},
	} {
		t.Run(name, func(t *testing.T) {
			answer, err := mirror(t).answer(t.Context(), c.event)
			require.NoError(t, err)
			require.Equal(t, c.status, answer.StatusCode, answer.Body)
			require.Equal(t, "application/problem+json", answer.Headers["Content-Type"])
			require.Contains(t, answer.Body, `"code":"`+c.code+`"`)
		})
	}
}
