package kit_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/kit/kittest"
)

// The operations that the tests of this package try: between them they have every kind of input and answer.

type line struct {
	ProductID int64 `json:"product_id" validate:"required,min=1"`
	Qty       int64 `json:"qty" validate:"min=1,max=1000000"`
}

type place struct {
	CustomerID int64      `json:"customer_id" validate:"required"`
	Email      string     `json:"email" validate:"omitempty,email,max=190"`
	Reference  *string    `json:"reference" validate:"omitempty,min=2,max=5,printable"`
	Due        *time.Time `json:"due"`
	Kind       string     `json:"kind" validate:"omitempty,oneof=NORMAL URGENT"`
	Labels     []string   `json:"labels" validate:"max=2,dive,min=2"`
	Lines      []line     `json:"lines" validate:"required,min=1,max=3,dive"`
}

type placeIn struct {
	Body place
}

type placed struct {
	ID        int64     `json:"id"`
	Customer  int64     `json:"customer_id"`
	Reference *string   `json:"reference"`
	Nested    *line     `json:"nested"`
	Lines     []line    `json:"lines"`
	CreatedAt time.Time `json:"created_at"`
}

type listIn struct {
	Status string     `query:"status" validate:"omitempty,oneof=CREATED CONFIRMED"`
	Limit  int        `query:"limit" default:"20" validate:"min=1,max=100"`
	From   *time.Time `query:"from"`
	DryRun bool       `query:"dry_run"`
	Proof  string     `header:"X-Proof"`
}

type listed struct {
	Status string     `json:"status"`
	Limit  int        `json:"limit"`
	From   *time.Time `json:"from"`
	DryRun bool       `json:"dry_run"`
	Proof  string     `json:"proof"`
}

type oneIn struct {
	ID int64 `path:"id"`
}

type rawIn struct {
	ID   int64 `path:"id"`
	Body jsontext.Value
}

type page[T any] struct {
	Data []T     `json:"data"`
	Next *string `json:"next_cursor"`
}

// failures are what GET /fail/:id returns, by id.
var failures = []error{
	1: fault.New(fault.Conflict, "INSUFFICIENT_STOCK").Member("lines", []any{map[string]any{"asked": 3}}).Member("code", "spoofed"),
	2: fault.New(fault.Unavailable, "BUSY").Retry(1500 * time.Millisecond),
	3: strings.NewReader("").UnreadByte(),
	4: fault.New(fault.TooManyRequests, "TOO_MANY_REQUESTS"),
	5: fault.New(fault.Kind(99), "NO_SUCH_KIND"),
	6: fault.New(fault.Internal, "SECRET_PLAN"),
	7: fault.New(fault.Conflict, "INSUFFICIENT_STOCK").Member("lines", func() {}),
}

func newApp(t testing.TB, sessions kit.Sessions, change ...func(*kit.Options)) *kit.App {
	t.Helper()
	options := kit.Options{
		Name: "kit", Version: "1.2.3", Log: slog.New(slog.DiscardHandler), Settings: kittest.Settings(), Sessions: sessions,
	}
	for _, one := range change {
		one(&options)
	}
	app := kit.New(options)
	op := func(id string) kit.Op { return kit.Op{ID: id, Guard: kit.Anyone} }
	placing, one, changing, confirming, failing := op("place"), op("one"), op("change"), op("confirm"), op("fail")
	placing.Status, placing.Key, placing.ETag = 201, kit.KeyHonoured, true
	one.ETag, changing.IfMatch, confirming.Key = true, true, kit.KeyRequired
	failing.Codes = []string{"INSUFFICIENT_STOCK", "BUSY", "TOO_MANY_REQUESTS"}
	kit.Handle(app, "POST", "/orders", placing, placeOrder)
	kit.Handle(app, "GET", "/orders", op("list"), func(_ *fiber.Ctx, in *listIn) (*listed, error) {
		return &listed{in.Status, in.Limit, in.From, in.DryRun, in.Proof}, nil
	})
	kit.Handle(app, "GET", "/pages", op("pages"), func(*fiber.Ctx, *kit.Nothing) (*page[placed], error) {
		return &page[placed]{Data: []placed{}}, nil
	})
	kit.Handle(app, "GET", "/orders/:id", one, func(*fiber.Ctx, *oneIn) (*kit.Answer, error) {
		return &kit.Answer{ETag: `"7"`, Body: []byte(`{"id":3}`)}, nil
	})
	kit.Handle(app, "PATCH", "/orders/:id", changing, func(_ *fiber.Ctx, in *rawIn) (*kit.Answer, error) {
		return &kit.Answer{Body: in.Body}, nil
	})
	kit.Handle(app, "DELETE", "/orders/:id", op("remove"), func(*fiber.Ctx, *oneIn) (*kit.Nothing, error) {
		return &kit.Nothing{}, nil
	})
	kit.Handle(app, "POST", "/orders/:id/confirm", confirming, func(c *fiber.Ctx, _ *oneIn) (*kit.Answer, error) {
		r, err := kit.RequestOf(c)
		return &kit.Answer{Body: []byte(`{"key":"` + r.Key + `"}`), Replayed: r.Key == "again"}, err
	})
	kit.Handle(app, "GET", "/fail/:id", failing, func(c *fiber.Ctx, in *oneIn) (*kit.Nothing, error) {
		c.Set("ETag", `"7"`) // of an answer that does not come about
		if in.ID == 9 {
			panic("secret words")
		}
		return nil, failures[in.ID]
	})
	return app
}

func placeOrder(c *fiber.Ctx, in *placeIn) (*placed, error) {
	c.Set("ETag", `"1"`)
	c.Set("Location", "/orders/1")
	return &placed{
		ID: 1, Customer: in.Body.CustomerID, Reference: in.Body.Reference, Lines: in.Body.Lines, CreatedAt: time.Unix(0, 0).UTC(),
	}, nil
}

func TestAcceptedInput(t *testing.T) {
	server := kittest.Serve(t, newApp(t, nil))
	whole := `{"customer_id":4,"email":"a@b.co","reference":"ab","due":"2026-11-24T10:00:00Z","kind":"URGENT","labels":["aa"],
		"lines":[{"product_id":1,"qty":2}]}`
	server.Run(t, []kittest.Case{
		{Name: "whole body", Path: "/orders", Body: whole, Status: 201, Check: func(t *testing.T, r *kittest.Response) {
			require.JSONEq(t, `{"id":1,"customer_id":4,"reference":"ab","nested":null,
				"lines":[{"product_id":1,"qty":2}],"created_at":"1970-01-01T00:00:00Z"}`, string(r.Body))
		}},
		{
			Name: "null where it may be", Path: "/orders", Status: 201,
			Body: `{"customer_id":4,"reference":null,"lines":[{"product_id":1,"qty":2}]}`,
		},
		{Name: "charset", Path: "/orders", Body: whole, Header: contentType("application/json; charset=UTF-8"), Status: 201},
		{
			Name: "standard value", Path: "/orders", Status: 200,
			Check: body(`{"status":"","limit":20,"from":null,"dry_run":false,"proof":""}`),
		},
		{
			Name: "parameters", Path: "/orders?status=CREATED&limit=5&from=2026-11-24T12:00:00%2B02:00&dry_run=true",
			Header: map[string]string{"X-Proof": "p"}, Status: 200,
			Check: body(`{"status":"CREATED","limit":5,"from":"2026-11-24T10:00:00Z","dry_run":true,"proof":"p"}`),
		},
		{
			Name: "raw body", Method: "PATCH", Path: "/orders/3", Body: `{"note": null}`,
			Header: contentType("application/merge-patch+json"), Status: 200, Check: body(`{"note": null}`),
		},
		{Name: "no content", Method: "DELETE", Path: "/orders/3", Status: 204, Check: func(t *testing.T, r *kittest.Response) {
			require.Empty(t, r.Body)
			require.Empty(t, r.Header.Get("Content-Type"))
		}},
		{Name: "empty object for no body", Path: "/orders/3/confirm", Body: `{}`, Header: key("k"), Status: 200},
		{
			Name: "replayed", Method: "POST", Path: "/orders/3/confirm", Header: key("again"), Status: 200,
			Check: func(t *testing.T, r *kittest.Response) { require.Equal(t, "true", r.Header.Get("Idempotent-Replayed")) },
		},
		{Name: "head", Method: "HEAD", Path: "/orders/3", Status: 200},
		{Path: "/pages", Status: 200},
		{Path: "/health", Status: 200, Check: body(`{"status":"ok","service":"kit","version":"1.2.3"}`)},
		{Path: "/health/live", Status: 200},
		{Path: "/health/ready", Status: 200},
		{Path: "/docs", Status: 200},
		{Path: "/docs/start.js", Status: 200},
		{Path: "/docs/swagger-ui-bundle.js", Status: 200},
		{Path: "/docs/swagger-ui.css", Status: 200},
		{Path: "/docs/LICENSE", Status: 404},
		{Path: "/openapi.yaml", Status: 200},
	})
}

func contentType(value string) map[string]string { return map[string]string{"Content-Type": value} }

func body(want string) func(*testing.T, *kittest.Response) {
	return func(t *testing.T, r *kittest.Response) {
		t.Helper()
		require.Equal(t, want, string(r.Body))
	}
}

const good = `{"customer_id":4,"lines":[{"product_id":1,"qty":2}]}`

// Every kind of body that can't be read is a 400 that names the first faulty place.
func TestUnreadableBody(t *testing.T) {
	server := kittest.Serve(t, newApp(t, nil))
	lines := func(entry string) string { return `{"customer_id":4,"lines":[{"product_id":1,"qty":2},` + entry + `]}` }
	bad := func(name, body, code string, fields ...string) kittest.Case {
		return kittest.Case{Name: name, Path: "/orders", Body: body, Status: 400, Code: code, Fields: fields}
	}
	server.Run(t, []kittest.Case{
		{Name: "no body", Method: "POST", Path: "/orders", Status: 400, Code: "BODY_REQUIRED"},
		bad("not JSON", `customer`, "MALFORMED_JSON", ":MALFORMED_JSON"),
		bad("cut off", good[:len(good)-3], "MALFORMED_JSON", "lines[0]:MALFORMED_JSON"),
		bad("trailing data", good+` {}`, "MALFORMED_JSON", ":MALFORMED_JSON"),
		bad("unknown field", `{"customer":4}`, "UNKNOWN_FIELD", "customer:UNKNOWN_FIELD"),
		bad("unknown deep inside", lines(`{"product_id":1,"qty":2,"colour":"red"}`), "UNKNOWN_FIELD", "lines[1].colour:UNKNOWN_FIELD"),
		bad("other case", `{"Customer_ID":4}`, "UNKNOWN_FIELD", "Customer_ID:UNKNOWN_FIELD"),
		bad("sent twice", `{"customer_id":4,"customer_id":5}`, "DUPLICATE_FIELD", "customer_id:DUPLICATE_FIELD"),
		bad("sent twice, escaped", `{"customer_id":4,"customer\u005fid":5}`, "DUPLICATE_FIELD", "customer_id:DUPLICATE_FIELD"),
		bad("text for a number", `{"customer_id":"4"}`, "WRONG_TYPE", "customer_id:WRONG_TYPE"),
		bad("fraction", `{"customer_id":4.5}`, "WRONG_TYPE", "customer_id:WRONG_TYPE"),
		bad("too big for 64 bits", `{"customer_id":9223372036854775808}`, "WRONG_TYPE", "customer_id:WRONG_TYPE"),
		bad("number for text", `{"customer_id":4,"email":4}`, "WRONG_TYPE", "email:WRONG_TYPE"),
		bad("object for a list", `{"customer_id":4,"lines":{}}`, "WRONG_TYPE", "lines:WRONG_TYPE"),
		bad("list for the body", `[1]`, "WRONG_TYPE", ":WRONG_TYPE"),
		bad("no time", `{"customer_id":4,"due":"tomorrow"}`, "WRONG_TYPE", "due:WRONG_TYPE"),
		bad("null for a number", `{"customer_id":null}`, "WRONG_TYPE", "customer_id:WRONG_TYPE"),
		bad("null for a list", `{"customer_id":4,"lines":null}`, "WRONG_TYPE", "lines:WRONG_TYPE"),
		bad("null for an entry", lines(`null`), "WRONG_TYPE", "lines[1]:WRONG_TYPE"),
		bad("null for the body", `null`, "WRONG_TYPE", ":WRONG_TYPE"),
		bad("broken UTF-8", `{"customer_id":4,"email":"`+"\xff"+`"}`, "MALFORMED_JSON", "email:MALFORMED_JSON"),
		bad("half a surrogate", `{"customer_id":4,"email":"\ud800"}`, "MALFORMED_JSON", "email:MALFORMED_JSON"),
		bad("NUL", `{"customer_id":4,"email":"`+"\x00"+`"}`, "MALFORMED_JSON", "email:MALFORMED_JSON"),
		bad("NUL, escaped", lines(`{"product_id":1,"note":"a\u0000b"}`), "MALFORMED_JSON", "lines[1].note:CONTROL_CHARACTER"),
		bad("byte order mark", "\xef\xbb\xbf"+good, "MALFORMED_JSON", ":MALFORMED_JSON"),
		{
			Name: "members for no body", Path: "/orders/3/confirm", Body: `{"a":1}`, Header: key("k"),
			Status: 400, Code: "UNKNOWN_FIELD", Fields: []string{"a:UNKNOWN_FIELD"},
		},
		{
			Name: "raw body, sent twice", Method: "PATCH", Path: "/orders/3", Body: `{"a":1,"a":2}`,
			Status: 400, Code: "DUPLICATE_FIELD", Fields: []string{"a:DUPLICATE_FIELD"},
		},
		{
			Name: "raw body, trailing data", Method: "PATCH", Path: "/orders/3", Body: `{"a":1}]`,
			Status: 400, Code: "MALFORMED_JSON",
		},
	})
}

func key(value string) map[string]string { return map[string]string{"Idempotency-Key": value} }

// A body is JSON by its own account, as it is, and not too long.
func TestUnsupportedBody(t *testing.T) {
	server := kittest.Serve(t, newApp(t, nil))
	sent := func(header, value string) kittest.Case {
		return kittest.Case{
			Name: header + ": " + value, Path: "/orders", Body: good, Header: map[string]string{header: value},
			Status: 415, Code: "MEDIA_TYPE_UNSUPPORTED",
		}
	}
	packed := sent("Content-Encoding", "gzip")
	packed.Code = "CONTENT_ENCODING_UNSUPPORTED"
	asItIs := sent("Content-Encoding", "identity")
	asItIs.Code = "CONTENT_ENCODING_UNSUPPORTED"
	server.Run(t, []kittest.Case{
		sent("Content-Type", "application/x-www-form-urlencoded"),
		sent("Content-Type", ""),
		sent("Content-Type", "application/json; charset=latin1"),
		sent("Content-Type", "application/merge-patch+json"), // for PATCH alone
		packed,
		asItIs,
		{Name: "too large", Path: "/orders", Body: `"` + strings.Repeat("a", 1<<20) + `"`, Status: 413, Code: "BODY_TOO_LARGE"},
	})
}

func TestUnreadableParameters(t *testing.T) {
	server := kittest.Serve(t, newApp(t, nil))
	bad := func(path, code string, fields ...string) kittest.Case {
		return kittest.Case{Path: path, Status: 400, Code: code, Fields: fields}
	}
	server.Run(t, []kittest.Case{
		bad("/orders?colour=red", "PARAMETER_UNKNOWN", "colour:PARAMETER_UNKNOWN"),
		bad("/orders?Limit=3", "PARAMETER_UNKNOWN", "Limit:PARAMETER_UNKNOWN"),
		bad("/orders?limit=3&limit=3", "PARAMETER_REPEATED", "limit:PARAMETER_REPEATED"),
		bad("/orders?limit=many", "PARAMETER_INVALID", "limit:PARAMETER_INVALID"),
		bad("/orders?limit=", "PARAMETER_INVALID", "limit:PARAMETER_INVALID"),
		bad("/orders?limit=+5", "PARAMETER_INVALID", "limit:PARAMETER_INVALID"),
		bad("/orders?limit=05", "PARAMETER_INVALID", "limit:PARAMETER_INVALID"),
		bad("/orders?limit=0", "PARAMETER_INVALID", "limit:TOO_SMALL"),
		bad("/orders?limit=101&status=OPEN", "PARAMETER_INVALID", "status:NOT_A_CHOICE", "limit:TOO_LARGE"),
		bad("/orders?from=yesterday", "PARAMETER_INVALID", "from:PARAMETER_INVALID"),
		bad("/orders?dry_run=1", "PARAMETER_INVALID", "dry_run:PARAMETER_INVALID"),
		bad("/orders?status=%00", "PARAMETER_INVALID", "status:PARAMETER_INVALID"),
		bad("/orders?status=%ff", "PARAMETER_INVALID", "status:PARAMETER_INVALID"),
		bad("/orders/abc", "ID_INVALID", "id:ID_INVALID"),
		bad("/orders/0", "ID_INVALID", "id:ID_INVALID"),
		bad("/orders/-1", "ID_INVALID", "id:ID_INVALID"),
		bad("/orders/01", "ID_INVALID", "id:ID_INVALID"),
		bad("/orders/%31", "ID_INVALID", "id:ID_INVALID"),
		bad("/orders/9223372036854775808", "ID_INVALID", "id:ID_INVALID"),
	})
}

func TestUnreadableKeys(t *testing.T) {
	server := kittest.Serve(t, newApp(t, nil))
	two := map[string]string{"Idempotency-Key": "a", "X-Idempotency-Key": "a"}
	bad := func(name, path string, header map[string]string, code string) kittest.Case {
		return kittest.Case{Name: name, Method: "POST", Path: path, Header: header, Status: 400, Code: code}
	}
	server.Run(t, []kittest.Case{
		bad("missing", "/orders/3/confirm", nil, "IDEMPOTENCY_KEY_REQUIRED"),
		bad("empty", "/orders/3/confirm", key(`""`), "IDEMPOTENCY_KEY_INVALID"),
		bad("too long", "/orders", key(strings.Repeat("k", 256)), "IDEMPOTENCY_KEY_INVALID"),
		bad("in broken quotes", "/orders", key(`"abc`), "IDEMPOTENCY_KEY_INVALID"),
		bad("two", "/orders", two, "IDEMPOTENCY_KEY_REPEATED"),
	})
}

func TestUnknownRoutes(t *testing.T) {
	server := kittest.Serve(t, newApp(t, nil))
	refused := func(method, path, methods string) kittest.Case {
		return kittest.Case{Method: method, Path: path, Status: 405, Code: "METHOD_NOT_ALLOWED", Check: allow(methods)}
	}
	server.Run(t, []kittest.Case{
		{Path: "/nowhere", Status: 404, Code: "NOT_FOUND"},
		{Path: "/orders/", Status: 404, Code: "NOT_FOUND"},
		{Path: "/Orders", Status: 404, Code: "NOT_FOUND"},
		{Path: "/docs/..%2fapp.go", Status: 404, Code: "NOT_FOUND"},
		refused("PUT", "/orders/3", "GET, HEAD, DELETE, PATCH"),
		refused("BREW", "/orders", "GET, HEAD, POST"),
		refused("OPTIONS", "/health", "GET, HEAD"),
	})
}

func allow(want string) func(*testing.T, *kittest.Response) {
	return func(t *testing.T, r *kittest.Response) {
		t.Helper()
		require.Equal(t, want, r.Header.Get("Allow"))
	}
}

// What can be read and breaks a rule is a 422 that names every faulty field at once.
func TestInvalidInput(t *testing.T) {
	server := kittest.Serve(t, newApp(t, nil))
	bad := func(name, body string, fields ...string) kittest.Case {
		return kittest.Case{Name: name, Path: "/orders", Body: body, Status: 422, Code: "VALIDATION_FAILED", Fields: fields}
	}
	server.Run(t, []kittest.Case{
		bad("nothing there", `{}`, "customer_id:REQUIRED", "lines:REQUIRED"),
		bad("an entry", `{"customer_id":4,"lines":[{"product_id":1,"qty":1},{"product_id":-1,"qty":1000001}]}`,
			"lines[1].product_id:TOO_SMALL", "lines[1].qty:TOO_LARGE"),
		bad("nothing of something", `{"customer_id":0,"lines":[{"qty":1},{"product_id":0,"qty":1}]}`,
			"customer_id:REQUIRED", "lines[0].product_id:REQUIRED", "lines[1].product_id:TOO_SMALL"),
		bad("too few", `{"customer_id":4,"lines":[]}`, "lines:TOO_FEW"),
		bad("too many", `{"customer_id":4,"lines":[`+strings.Repeat(`{"product_id":1,"qty":1},`, 3)+`{"product_id":1,"qty":1}]}`,
			"lines:TOO_MANY"),
		bad("all kinds at once",
			`{"email":"nobody","reference":"a","kind":"SLOW","labels":["a","bb","cc"],"lines":[{"product_id":1,"qty":0}]}`,
			"customer_id:REQUIRED", "email:NOT_AN_EMAIL", "reference:TOO_SHORT", "kind:NOT_A_CHOICE", "labels:TOO_MANY",
			"lines[0].qty:TOO_SMALL"),
		bad("an entry of a plain list", `{"customer_id":4,"labels":["a"],"lines":[{"product_id":1,"qty":1}]}`, "labels[0]:TOO_SHORT"),
		bad("letters, not bytes", `{"customer_id":4,"reference":"ñññññ!","lines":[{"product_id":1,"qty":1}]}`, "reference:TOO_LONG"),
		bad("not printable", `{"customer_id":4,"reference":"a\u0007b","lines":[{"product_id":1,"qty":1}]}`, "reference:NOT_PRINTABLE"),
	})
}

func TestProblems(t *testing.T) {
	server := kittest.Serve(t, newApp(t, nil))
	retry := func(want string) func(*testing.T, *kittest.Response) {
		return func(t *testing.T, r *kittest.Response) { require.Equal(t, want, r.Header.Get("Retry-After")) }
	}
	inSpanish := map[string]string{"Accept-Language": "es-MX", "X-Correlation-Id": "req-1"}
	server.Run(t, []kittest.Case{
		{Name: "whole, in Spanish", Path: "/orders", Body: `{"customer_id":"<script>"}`, Header: inSpanish, Status: 400, Check: wholeProblem},
		{
			Name: "further members, and none twice", Path: "/fail/1", Status: 409, Code: "INSUFFICIENT_STOCK",
			Check: func(t *testing.T, r *kittest.Response) {
				require.Contains(t, string(r.Body), `"lines":[{"asked":3}]`)
				require.NotContains(t, string(r.Body), "spoofed")
			},
		},
		{Path: "/fail/2", Status: 503, Code: "BUSY", Check: retry("2")},
		{Path: "/fail/4", Status: 429, Code: "TOO_MANY_REQUESTS", Check: retry("1")},
		{Name: "internal", Path: "/fail/3", Status: 500, Code: "INTERNAL", Check: hides("UnreadByte")},
		{Name: "unknown kind", Path: "/fail/5", Status: 500, Code: "INTERNAL", Check: hides("NO_SUCH_KIND")},
		{Name: "a fault of kind internal", Path: "/fail/6", Status: 500, Code: "INTERNAL", Check: hides("SECRET_PLAN")},
		{Name: "a problem that cannot be written", Path: "/fail/7", Status: 500, Code: "INTERNAL", Check: hides("INSUFFICIENT_STOCK")},
		{Name: "panic", Path: "/fail/9", Status: 500, Code: "INTERNAL", Check: hides("secret words")},
		{Name: "headers of the answer that was not", Path: "/nowhere", Status: 404, Check: func(t *testing.T, r *kittest.Response) {
			require.Equal(t, "no-store", r.Header.Get("Cache-Control"))
			require.Equal(t, "nosniff", r.Header.Get("X-Content-Type-Options"))
			require.Equal(t, "default-src 'none'; frame-ancestors 'none'", r.Header.Get("Content-Security-Policy"))
			require.Empty(t, r.Header.Get("Server"))
		}},
	})
}

func wholeProblem(t *testing.T, r *kittest.Response) {
	require.JSONEq(t, `{
		"type": "urn:b2b:problem:WRONG_TYPE", "title": "Solicitud incorrecta", "status": 400, "instance": "/orders",
		"detail": "Un campo tiene un valor de tipo incorrecto. Corrija el que se indica.", "code": "WRONG_TYPE", "request_id": "req-1",
		"errors": [{"field": "customer_id", "code": "WRONG_TYPE", "detail": "El tipo de este valor no es correcto."}]
	}`, string(r.Body))
	require.Equal(t, "application/problem+json", r.Header.Get("Content-Type"))
	require.Equal(t, "es", r.Header.Get("Content-Language"))
	require.Equal(t, "Accept-Language", r.Header.Get("Vary"))
	require.Equal(t, "req-1", r.Header.Get("X-Request-Id"))
}

func hides(words string) func(*testing.T, *kittest.Response) {
	return func(t *testing.T, r *kittest.Response) {
		t.Helper()
		require.NotContains(t, string(r.Body), words)
		require.Empty(t, r.Header.Get("Retry-After"))
	}
}

func TestRequestIDs(t *testing.T) {
	server := kittest.Serve(t, newApp(t, nil))
	id := func(name, value string) string {
		return server.Do(t, kittest.Case{Path: "/health", Header: map[string]string{name: value}, Status: 200}).Header.Get("X-Request-Id")
	}
	require.Equal(t, "abc-1", id("X-Correlation-Id", "abc-1"))
	require.Equal(t, "abc-2", id("X-Request-Id", "abc-2"))
	for _, odd := range []string{strings.Repeat("a", 65), "a b", "a\tb", "é"} {
		require.Len(t, id("X-Request-Id", odd), 36, "a fresh uuid stands for %q", odd)
	}
}

// A description that can't work stops the service when it starts.
func TestHandlePanics(t *testing.T) {
	type unbound struct{ Name string }
	type noSuchPath struct {
		ID int64 `path:"other"`
	}
	type badRule struct {
		Body struct {
			Name string `json:"name" validate:"no-such-rule"`
		}
	}
	op := kit.Op{ID: "x", Guard: kit.Anyone}
	require.Panics(t, func() { handle[unbound](t, op) })
	require.Panics(t, func() { handle[noSuchPath](t, op) })
	require.Panics(t, func() { handle[badRule](t, op) })
	require.Panics(t, func() { handle[kit.Nothing](t, kit.Op{ID: "x", Codes: []string{"NO_SUCH_CODE"}}) })
	require.Panics(t, func() { handle[kit.Nothing](t, kit.Op{}) })
	require.Panics(t, func() { handle[kit.Nothing](t, kit.Op{ID: "health"}) })
	require.NotPanics(t, func() { handle[kit.Nothing](t, op) })
}

func handle[In any](t *testing.T, op kit.Op) {
	kit.Handle(newApp(t, nil), "GET", "/x/:id", op, func(*fiber.Ctx, *In) (*kit.Nothing, error) { return nil, nil })
}
