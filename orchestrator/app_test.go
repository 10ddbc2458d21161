package orchestrator

import (
	"bytes"
	"context"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/kit/kittest"
)

// TestMain lets many cases run beside each other however few processors there are: they wait, most of the time.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "24"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

func TestDocumentIsFresh(t *testing.T) {
	document, err := Document()
	require.NoError(t, err)
	committed, err := os.ReadFile("openapi.yaml")
	require.NoError(t, err)
	require.True(t, bytes.Equal(document, committed), "openapi.yaml is stale: go run ./cmd/local openapi > openapi.yaml")
}

// with is the request with one thing replaced.
func with(old, replacement string) string { return strings.Replace(theRequest(), old, replacement, 1) }

// correlated checks what every refusal says beside the usual; "" stands for the request's id.
func correlated(correlation string) func(t *testing.T, r *kittest.Response) {
	return func(t *testing.T, r *kittest.Response) {
		want := correlation
		if want == "" {
			want = r.Header.Get("X-Request-Id")
		}
		require.Equal(t, map[string]any{"success": false, "correlationId": want}, r.Problem(t).Extra)
	}
}

// TestInvalidRequestIsRefusedBeforeAnyCall: every fault at once, and nobody was asked.
func TestInvalidRequestIsRefusedBeforeAnyCall(t *testing.T) {
	f := newFake(t)
	as, known, unknown := kittest.ServiceToken, correlated("req-789"), correlated("")
	many := strings.Repeat(`{"product_id": 2, "qty": 3},`, 200)
	instance(t, f).Run(t, []kittest.Case{
		{Name: "nothing", Path: path, Method: "POST", As: as, Status: 400, Code: "BODY_REQUIRED", Check: unknown},
		{Name: "empty", Path: path, As: as, Body: `{}`, Status: 422, Code: "VALIDATION_FAILED", Check: unknown,
			Fields: []string{"customer_id:REQUIRED", "items:REQUIRED", "idempotency_key:REQUIRED"}},
		{Name: "all wrong", Path: path, As: as, Status: 422, Code: "VALIDATION_FAILED", Check: known,
			Body: `{"customer_id": -1, "items": [{"product_id": -2, "qty": 1000001}, {}, {"product_id": 0, "qty": 0}], "idempotency_key": "", "correlation_id": "req-789"}`,
			Fields: []string{"customer_id:TOO_SMALL", "items[0].product_id:TOO_SMALL", "items[0].qty:TOO_LARGE",
				"items[1].product_id:REQUIRED", "items[1].qty:REQUIRED", "items[2].product_id:TOO_SMALL", "items[2].qty:TOO_SMALL",
				"idempotency_key:REQUIRED"}},
		{Name: "no lines", Path: path, As: as, Body: with(`{"product_id": 2, "qty": 3}`, ""), Status: 422,
			Fields: []string{"items:TOO_FEW"}, Check: known},
		{Name: "201 lines", Path: path, As: as, Body: with(`{"product_id"`, many+`{"product_id"`), Status: 422,
			Fields: []string{"items:TOO_MANY"}, Check: known},
		{Name: "long key", Path: path, As: as, Body: with("abc-123", strings.Repeat("k", 256)), Status: 422,
			Fields: []string{"idempotency_key:TOO_LONG"}, Check: known},
		{Name: "key with a line break", Path: path, As: as, Body: with("abc-123", `a\nb`), Status: 422,
			Fields: []string{"idempotency_key:NOT_PRINTABLE"}, Check: known},
		{Name: "long correlation", Path: path, As: as, Body: with("req-789", strings.Repeat("c", 129)), Status: 422,
			Fields: []string{"correlation_id:TOO_LONG"}, Check: unknown},
		{Name: "correlation with a line break", Path: path, As: as, Body: with("req-789", `a\r\nb`), Status: 422,
			Fields: []string{"correlation_id:NOT_PRINTABLE"}, Check: unknown},
		{Name: "correlation of another type", Path: path, As: as, Body: with(`"req-789"`, "789"), Status: 400,
			Code: "WRONG_TYPE", Check: unknown},
		{Name: "unknown field", Path: path, As: as, Body: with(`"qty"`, `"quantity"`), Status: 400, Code: "UNKNOWN_FIELD", Check: known},
		{Name: "fraction", Path: path, As: as, Body: with(`"qty": 3`, `"qty": 1.5`), Status: 400, Code: "WRONG_TYPE", Check: known},
		{Name: "text for a number", Path: path, As: as, Body: with(`"qty": 3`, `"qty": "3"`), Status: 400, Code: "WRONG_TYPE", Check: known},
		{Name: "NUL in the key", Path: path, As: as, Body: with("abc-123", `a\u0000b`), Status: 400, Code: "MALFORMED_JSON", Check: known},
		{Name: "cut off", Path: path, As: as, Body: theRequest()[:40], Status: 400, Code: "MALFORMED_JSON", Check: unknown},
		{Name: "not JSON", Path: path, As: as, Body: theRequest(), Header: map[string]string{"Content-Type": "text/plain"},
			Status: 415, Code: "MEDIA_TYPE_UNSUPPORTED", Check: known},
		{Name: "compressed", Path: path, As: as, Body: theRequest(), Header: map[string]string{"Content-Encoding": "gzip"},
			Status: 415, Code: "CONTENT_ENCODING_UNSUPPORTED", Check: known},
		{Name: "too large", Path: path, As: as, Body: with("abc-123", strings.Repeat("k", 1<<20)), Status: 413,
			Code: "BODY_TOO_LARGE", Check: known},
		{Name: "query", Path: path + "?dry=1", As: as, Body: theRequest(), Status: 400, Code: "PARAMETER_UNKNOWN", Check: known},
		{Name: "dry run of a kind", Path: path + "?dry_run=1", As: as, Body: theRequest(), Status: 400, Code: "PARAMETER_INVALID", Check: known},
		{Name: "other method", Path: path, As: as, Status: 405, Code: "METHOD_NOT_ALLOWED", Check: unknown},
		{Name: "nobody", Path: path, Body: theRequest(), Status: 401, Code: "UNAUTHENTICATED", Check: known},
		{Name: "wrong token", Path: path, As: "x" + as, Body: theRequest(), Status: 401, Code: "UNAUTHENTICATED", Check: known},
	})
	require.Empty(t, f.calls)
}

// TestRetryIsToldWhereItHelps tries every kind of refusal there is, whoever refuses.
func TestRetryIsToldWhereItHelps(t *testing.T) {
	for kind, one := range map[fault.Kind]struct {
		code  string
		retry any
	}{
		fault.Internal:         {"INTERNAL", true},
		fault.Malformed:        {"MALFORMED_JSON", nil},
		fault.Unauthenticated:  {"TOKEN_EXPIRED", nil},
		fault.Forbidden:        {"FORBIDDEN", nil},
		fault.NotFound:         {"NOT_FOUND", nil},
		fault.MethodNotAllowed: {"METHOD_NOT_ALLOWED", nil},
		fault.Conflict:         {"ORDER_CANCELED", nil},
		fault.Stale:            {"VERSION_MISMATCH", nil},
		fault.TooLarge:         {"BODY_TOO_LARGE", nil},
		fault.UnsupportedMedia: {"MEDIA_TYPE_UNSUPPORTED", nil},
		fault.Invalid:          {"VALIDATION_FAILED", nil},
		fault.VersionRequired:  {"VERSION_REQUIRED", nil},
		fault.TooManyRequests:  {"TOO_MANY_REQUESTS", true},
		fault.HeadersTooLarge:  {"HEADERS_TOO_LARGE", nil},
		fault.RequestTimeout:   {"REQUEST_TIMEOUT", true},
		fault.Unavailable:      {"ORDER_UNFINISHED", true},
		fault.DeadlineExceeded: {"OUTCOME_UNKNOWN", true},
	} {
		app := kit.New(kit.Options{Name: name, Log: slog.New(slog.DiscardHandler), Settings: kittest.Settings(), Refusal: refuse})
		app.Post(path, func(*fiber.Ctx) error { return fault.New(kind, one.code) })
		answer := tryOnce(t, kittest.Serve(t, app), kittest.ServiceToken, "")
		require.Equal(t, one.code, answer.Problem(t).Code)
		require.Equal(t, one.retry, answer.Problem(t).Extra["retry"], one.code)
	}
}

func TestWhoMayCall(t *testing.T) {
	f := newFake(t)
	to := instance(t, f)
	known := correlated("req-789")
	to.Run(t, []kittest.Case{
		{Name: "viewer", Path: path, As: token(t, 5), Body: theRequest(), Status: 403, Code: "FORBIDDEN", Check: known},
		{Name: "ended session", Path: path, As: token(t, 6), Body: theRequest(), Status: 401, Code: "SESSION_ENDED", Check: known},
		{Name: "operator", Path: path, As: token(t, 7), Body: theRequest(), Status: 201},
		{Name: "manager", Path: path, As: token(t, 9), Body: theRequest(), Status: 201},
		{Name: "service", Path: path, As: kittest.ServiceToken, Body: theRequest(), Status: 201},
	})
	rows := []string{
		"GET /docs", "GET /docs/:file", "GET /health", "GET /health/live", "GET /health/ready", "GET /openapi.yaml", "POST " + path,
	}
	require.Empty(t, kittest.Uncovered(to.App, rows))
}

// TestLimitsAreInclusive: the longest key and correlation id are taken; one that fits no header goes no further.
func TestLimitsAreInclusive(t *testing.T) {
	f := newFake(t)
	to := instance(t, f)
	for i, correlation := range []string{strings.Repeat("c", 128), "pedido-ñ 7", strings.Repeat("c", 64)} {
		body := strings.Replace(with("req-789", correlation), "abc-123", strings.Repeat("ñ", 254)+string(rune('a'+i)), 1)
		answer := to.Do(t, kittest.Case{Path: path, As: kittest.ServiceToken, Body: body, Status: 201,
			Header: map[string]string{"X-Correlation-Id": "mine"}})
		require.Contains(t, string(answer.Body), `"correlationId":"`+correlation+`"`)
		sent := f.made(stepCreate)[i].header.Get("X-Correlation-Id")
		require.Contains(t, []string{"mine", strings.Repeat("c", 64)}, sent)
		require.Equal(t, len(correlation) == 64, sent == correlation)
	}
}

// TestCorrelationIsOptional: without one the request's own id is told.
func TestCorrelationIsOptional(t *testing.T) {
	f := newFake(t)
	to := instance(t, f)
	for _, absent := range []string{``, `, "correlation_id": ""`, `, "correlation_id": null`} {
		answer := to.Do(t, kittest.Case{Path: path, As: kittest.ServiceToken, Body: with(`, "correlation_id": "req-789"`, absent),
			Status: 201, Header: map[string]string{"X-Request-Id": "mine"}})
		sameBytes(t, strings.Replace(theBody, "req-789", "mine", 1), string(answer.Body))
	}
	once(t, f)
}

// TestReadersLanguage: a refusal of orders-api is told in its own words, and ours in the same language.
func TestReadersLanguage(t *testing.T) {
	f := newFake(t)
	f.misbehave(stepConfirm, notAllowed, always)
	to := instance(t, f)
	spanish := map[string]string{"Accept-Language": "es"}
	answer := to.Do(t, kittest.Case{Path: path, As: kittest.ServiceToken, Body: theRequest(), Status: 409, Header: spanish})
	require.Contains(t, answer.Problem(t).Detail, "El pedido 101 está cancelado")
	require.Equal(t, "es", f.made(stepCreate)[0].header.Get("Accept-Language"))
	f.stock = 0
	answer = to.Do(t, kittest.Case{Path: path, As: kittest.ServiceToken, Body: with("abc-123", "other"), Status: 409, Header: spanish})
	require.Equal(t, "as INSUFFICIENT_STOCK says", answer.Problem(t).Detail)
}

// tryOnce sends the request and takes whatever comes, for where it is not known before; safe to call from many goroutines.
// Its deadline is in milliseconds, "" for the usual one.
func tryOnce(t *testing.T, to *kittest.Server, as, within string) *kittest.Response {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, to.URL+path, strings.NewReader(theRequest()))
	if err != nil {
		t.Error(err)
		return nil
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+as)
	request.Header.Set(RemainingHeader, within)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Error(err)
		return &kittest.Response{}
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Error(err)
	}
	return &kittest.Response{Status: response.StatusCode, Header: response.Header, Body: body}
}
