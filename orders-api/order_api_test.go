package orders

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"b2b.example/kit/kittest"
)

func TestOrderIsAnsweredAsItIsRead(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		w.stock("NUT-8", 99, 7)
		placed := w.Do(w.t, kittest.Case{
			Path: "/orders", As: w.operator, Status: 201,
			Body: `{"customer_id":1,"items":[{"sku":"NUT-8","qty":7},{"product_id":1,"qty":3}],"reference":"PO 7/ñ","note":"Ring\ntwice"}`,
		})
		require.Equal(w.t, "/orders/1", placed.Header.Get("Location"))
		require.Equal(w.t, `"1"`, placed.Header.Get("ETag"))
		require.Regexp(w.t, `^{"id":1,"status":"CREATED","customer_id":1,`+
			`"customer":{"name":"ACME Ltd","email":"Ops@acme.test","phone":"\+34 600 100 200","tax_id":"B-123"},`+
			`"reference":"PO 7/ñ","note":"Ring\\ntwice","units":10,"total_cents":1443,"cancel_reason":null,"cancel_note":"",`+
			`"confirmed_at":null,"canceled_at":null,"version":1,`+
			`"created_at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z","updated_at":"[^"]+Z",`+
			`"items":\[{"product_id":2,"sku":"NUT-8","name":"Product NUT-8","qty":7,"unit_price_cents":99,"subtotal_cents":693},`+
			`{"product_id":1,"sku":"BOLT-8","name":"Product BOLT-8","qty":3,"unit_price_cents":250,"subtotal_cents":750}\],`+
			`"allowed_actions":\["confirm","cancel"\],"blocked_actions":\[{"action":"undo","code":"NOTHING_TO_UNDO","detail":"[^"]+"}\]}$`, string(placed.Body))
		for _, token := range []string{w.viewer, w.operator, w.manager, kittest.ServiceToken} {
			read := w.Do(w.t, kittest.Case{Path: "/orders/1", As: token, Status: 200})
			require.Equal(w.t, string(placed.Body), string(read.Body), "what POST answers is what GET answers")
			require.Equal(w.t, `"1"`, read.Header.Get("ETag"))
			require.Empty(w.t, read.Header.Get("Location"))
		}
		require.Equal(w.t, []int64{97, 0}, []int64{w.product(1).Stock, w.product(2).Stock})
	})
}

// write is an operation that takes a body, with one that is accepted; TEXT in it is a text.
type write struct {
	method, path, body string
}

// everyWrite are all of them: for product 1 and order 1.
var everyWrite = []write{
	{"POST", "/products", `{"name":"TEXT","sku":"NEW-1","price_cents":5}`},
	{"PATCH", "/products/1", `{"name":"TEXT"}`},
	{"POST", "/products/1/stock-adjustments", `{"note":"TEXT","delta":-1}`},
	{"POST", "/orders", `{"reference":"TEXT","customer_id":1,"items":[{"product_id":1,"qty":1}]}`},
	{"PATCH", "/orders/1", `{"note":"TEXT"}`},
	{"POST", "/orders/1/cancel", `{"note":"TEXT","reason":"OTHER"}`},
}

// sent is the request, with the manager's token and whatever version the target has.
func (o write) sent(w *world, name, body string, status int, code string) kittest.Case {
	return kittest.Case{
		Name: o.method + " " + o.path + ": " + name, Method: o.method, Path: o.path, As: w.manager, Body: body,
		Header: headers("If-Match", "*"), Status: status, Code: code,
	}
}

// malformed are the bodies that say something else than exactly one thing, made from one that is right.
func (o write) malformed(w *world) []kittest.Case {
	broken := func(name, body, code string) kittest.Case { return o.sent(w, name, body, 400, code) }
	field := o.body[2 : 2+strings.Index(o.body[2:], `"`)]
	with := func(text string) string { return strings.Replace(o.body, `"TEXT"`, text, 1) }
	return []kittest.Case{
		broken("no body", "", "BODY_REQUIRED"),
		broken("blanks only", "  ", "MALFORMED_JSON"),
		broken("cut off", o.body[:len(o.body)-1], "MALFORMED_JSON"),
		broken("something after it", o.body+"1", "MALFORMED_JSON"),
		broken("twice", o.body+o.body, "MALFORMED_JSON"),
		broken("a comma too many", o.body[:len(o.body)-1]+",}", "MALFORMED_JSON"),
		broken("no object", "["+o.body+"]", "WRONG_TYPE"),
		broken("null", "null", "WRONG_TYPE"),
		broken("unknown field", `{"nick":1,`+o.body[1:], "UNKNOWN_FIELD"),
		broken("other case", strings.Replace(o.body, field, strings.ToUpper(field[:1])+field[1:], 1), "UNKNOWN_FIELD"),
		broken("a field twice", o.body[:len(o.body)-1]+","+o.body[1:], "DUPLICATE_FIELD"),
		broken("a number for a text", with("7"), "WRONG_TYPE"),
		broken("a list for a text", with(`["TEXT"]`), "WRONG_TYPE"),
		broken("broken UTF-8", with("\"a\xffb\""), "MALFORMED_JSON"),
		broken("half a surrogate", with(`"\ud800"`), "MALFORMED_JSON"),
		broken("NUL", with(`"a\u0000b"`), "MALFORMED_JSON"),
	}
}

// packed are requests whose body is not even looked at, or whose headers or address are wrong.
func (o write) packed(w *world) []kittest.Case {
	with := func(name string, status int, code string, pairs ...string) kittest.Case {
		one := o.sent(w, name, o.body, status, code)
		one.Header = headers(append([]string{"If-Match", "*"}, pairs...)...)
		return one
	}
	cases := []kittest.Case{
		with("plain text", 415, "MEDIA_TYPE_UNSUPPORTED", "Content-Type", "text/plain"),
		with("no type", 415, "MEDIA_TYPE_UNSUPPORTED", "Content-Type", ""),
		with("Latin-1", 415, "MEDIA_TYPE_UNSUPPORTED", "Content-Type", "application/json; charset=iso-8859-1"),
		with("packed", 415, "CONTENT_ENCODING_UNSUPPORTED", "Content-Encoding", "gzip"),
		with("not even packed", 415, "CONTENT_ENCODING_UNSUPPORTED", "Content-Encoding", "identity"),
		with("two keys", 400, "IDEMPOTENCY_KEY_REPEATED", "Idempotency-Key", "a", "X-Idempotency-Key", "a"),
		with("an empty key", 400, "IDEMPOTENCY_KEY_INVALID", "Idempotency-Key", `""`),
		with("a long key", 400, "IDEMPOTENCY_KEY_INVALID", "Idempotency-Key", strings.Repeat("k", 256)),
		with("half a quoted key", 400, "IDEMPOTENCY_KEY_INVALID", "X-Idempotency-Key", `"k`),
		o.sent(w, "over a megabyte", strings.Replace(o.body, "TEXT", strings.Repeat("x", 1<<20), 1), 413, "BODY_TOO_LARGE"),
	}
	if o.method != "PATCH" {
		cases = append(cases, with("a merge patch", 415, "MEDIA_TYPE_UNSUPPORTED", "Content-Type", "application/merge-patch+json"))
	}
	for _, query := range []string{"x=1", "x=1&x=2", "dryrun=yes", "=1"} {
		one := o.sent(w, query, o.body, 400, "PARAMETER_UNKNOWN")
		one.Path += "?" + query
		cases = append(cases, one)
	}
	if o.path == "/orders" || o.path == "/products" {
		return cases
	}
	for _, tag := range []string{"1", `W/"1"`, `"1", "2"`, `"1`, `""1"`, `**`} {
		cases = append(cases, with("If-Match "+tag, 400, "IF_MATCH_INVALID", "If-Match", tag))
	}
	return append(cases, with("a stale version", 412, "VERSION_MISMATCH", "If-Match", `"99"`))
}

// TestInputIsStrict: what is malformed in any way gets its problem, on every route, and changes nothing.
func TestInputIsStrict(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		w.place(item(1, 1))
		for _, one := range everyWrite {
			w.unchanged(one.malformed(w))
			w.unchanged(one.packed(w))
		}
		confirm := func(name, body string, status int, code string, pairs ...string) kittest.Case {
			return kittest.Case{
				Name: "confirm: " + name, Method: "POST", Path: "/orders/1/confirm", As: w.operator, Body: body, Status: status, Code: code,
				Header: headers(append([]string{"Idempotency-Key", "k"}, pairs...)...),
			}
		}
		w.unchanged([]kittest.Case{
			{Name: "confirm: no key", Method: "POST", Path: "/orders/1/confirm", As: w.operator, Status: 400, Code: "IDEMPOTENCY_KEY_REQUIRED"},
			confirm("unknown field", `{"note":"x"}`, 400, "UNKNOWN_FIELD"),
			confirm("no object", `[]`, 400, "WRONG_TYPE"),
			confirm("not JSON", `confirm!`, 400, "MALFORMED_JSON"),
			confirm("plain text", `{}`, 415, "MEDIA_TYPE_UNSUPPORTED", "Content-Type", "text/plain"),
			confirm("packed", `{}`, 415, "CONTENT_ENCODING_UNSUPPORTED", "Content-Encoding", "br"),
			confirm("over a megabyte", `{}`+strings.Repeat(" ", 1<<20), 413, "BODY_TOO_LARGE"),
			confirm("two keys", "", 400, "IDEMPOTENCY_KEY_REPEATED", "X-Idempotency-Key", "k"),
			confirm("a bad version", "", 400, "IF_MATCH_INVALID", "If-Match", "1"),
			confirm("a stale version", "", 412, "VERSION_MISMATCH", "If-Match", `"2"`),
		})
		w.unchanged(w.wrongAddresses())
		w.unchanged(w.wrongQueries())
		require.EqualValues(w.t, 2, w.count("idempotency_keys", "1 = 1"), "no refusal keeps a key")
	})
}

// wrongAddresses: ids are plain digits above zero, and what is not there is not there.
func (w *world) wrongAddresses() []kittest.Case {
	routes := []write{
		{"GET", "/products/:id", ""}, {"GET", "/products/:id/events", ""}, {"GET", "/orders/:id", ""}, {"GET", "/orders/:id/events", ""},
		{"PATCH", "/products/:id", `{}`}, {"POST", "/products/:id/stock-adjustments", `{"delta":1,"note":"x"}`},
		{"PATCH", "/orders/:id", `{}`}, {"POST", "/orders/:id/confirm", ""}, {"POST", "/orders/:id/cancel", `{"reason":"OTHER"}`},
	}
	var cases []kittest.Case
	for _, route := range routes {
		for id, code := range map[string]string{
			"%31": "ID_INVALID", "0": "ID_INVALID", "-1": "ID_INVALID", "+1": "ID_INVALID", "007": "ID_INVALID", "1.0": "ID_INVALID",
			"99999999999999999999": "ID_INVALID", "x": "ID_INVALID", "1%20": "ID_INVALID", "%D9%A1": "ID_INVALID",
			"9223372036854775807": "NOT_FOUND", "99": "NOT_FOUND",
		} {
			one := route
			one.path = strings.Replace(route.path, ":id", id, 1)
			status := 400
			if code == "NOT_FOUND" {
				status = 404
			}
			c := one.sent(w, "id", route.body, status, code)
			c.Header = headers("Idempotency-Key", "k")
			cases = append(cases, c)
		}
	}
	for _, one := range []struct {
		method, path, allow string
	}{
		{"DELETE", "/orders/1", "GET, HEAD, PATCH"}, {"PUT", "/orders/1", "GET, HEAD, PATCH"}, {"GET", "/orders/1/confirm", "POST"},
		{"GET", "/orders/1/undo", "POST"},
		{"DELETE", "/products/1", "GET, HEAD, PATCH"}, {"PATCH", "/orders", "GET, HEAD, POST"}, {"PUT", "/orders/1/cancel", "POST"},
	} {
		cases = append(cases, kittest.Case{
			Method: one.method, Path: one.path, As: w.manager, Status: 405, Code: "METHOD_NOT_ALLOWED",
			Check: func(t *testing.T, r *kittest.Response) { require.Equal(t, one.allow, r.Header.Get("Allow")) },
		})
	}
	for _, path := range []string{"/orders/", "/orders/1/", "/Orders", "/orders/1/undone", "/orders/1/confirm/now", "//orders"} {
		cases = append(cases, kittest.Case{Path: path, As: w.manager, Status: 404, Code: "NOT_FOUND"})
	}
	return cases
}

// wrongQueries: a parameter that is ignored shows the wrong thing, so none is.
func (w *world) wrongQueries() []kittest.Case {
	var cases []kittest.Case
	for _, path := range []string{"/orders", "/orders/1", "/orders/1/events", "/products", "/products/1", "/products/1/events"} {
		for query, code := range map[string]string{
			"x=1": "PARAMETER_UNKNOWN", "as_on=2026-01-01T00:00:00Z": "PARAMETER_UNKNOWN", "Limit=1": "PARAMETER_UNKNOWN", "%00=1": "PARAMETER_UNKNOWN",
		} {
			cases = append(cases, kittest.Case{Path: path + "?" + query, As: w.viewer, Status: 400, Code: code})
		}
	}
	for _, path := range []string{"/orders", "/orders/1/events", "/products", "/products/1/events"} {
		for query, code := range map[string]string{
			"limit=1&limit=1": "PARAMETER_REPEATED", "limit=0": "PARAMETER_INVALID", "limit=101": "PARAMETER_INVALID",
			"limit=05": "PARAMETER_INVALID", "limit=": "PARAMETER_INVALID", "limit=1e1": "PARAMETER_INVALID", "limit=-1": "PARAMETER_INVALID",
			"cursor=abc": "CURSOR_INVALID", "cursor=%00": "PARAMETER_INVALID", "cursor=%ff": "PARAMETER_INVALID",
		} {
			cases = append(cases, kittest.Case{Path: path + "?" + query, As: w.viewer, Status: 400, Code: code})
		}
	}
	return cases
}

// TestOrderFaultsAreToldAtOnce: what is well-formed and breaks rules is 422 with every fault, and changes nothing.
func TestOrderFaultsAreToldAtOnce(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		w.stock("NUT-8", 99, 100)
		w.place(item(1, 1))
		place := func(name, body string, status int, code string, fields ...string) kittest.Case {
			return kittest.Case{Name: name, Path: "/orders", As: w.operator, Body: body, Status: status, Code: code, Fields: fields}
		}
		invalid, one := "VALIDATION_FAILED", item(1, 1)
		w.unchanged([]kittest.Case{
			place("nothing given", `{}`, 422, invalid, "customer_id:REQUIRED", "items:REQUIRED"),
			place("no lines", orderOf(), 422, invalid, "items:TOO_FEW"),
			place("nobody", `{"customer_id":-1,"items":[`+one+`]}`, 422, invalid, "customer_id:TOO_SMALL"),
			place("customer 0", `{"customer_id":0,"items":[`+one+`]}`, 422, invalid, "customer_id:TOO_SMALL"),
			place("no pieces", orderOf(item(1, -1), item(2, 1_000_001), `{"product_id":1}`, item(1, 0)), 422, invalid,
				"items[0].qty:TOO_SMALL", "items[1].qty:TOO_LARGE", "items[2].qty:REQUIRED", "items[3].qty:TOO_SMALL"),
			place("no product", orderOf(item(-1, 1)), 422, invalid, "items[0].product_id:TOO_SMALL"),
			place("too many lines", orderOf(slices.Repeat([]string{one}, 201)...), 422, invalid, "items:TOO_MANY"),
			place("texts", `{"customer_id":1,"items":[`+one+`],"reference":"`+strings.Repeat("x", 65)+`","note":"`+strings.Repeat("x", 501)+`"}`,
				422, invalid, "reference:TOO_LONG", "note:TOO_LONG"),
			place("unseen", `{"customer_id":1,"items":[`+one+`],"reference":"a\u202eb"}`, 422, invalid, "reference:NOT_PRINTABLE"),
			place("how products are named", orderOf(`{"product_id":1,"sku":"NUT-8","qty":1}`, `{"qty":1}`, `{"sku":"","qty":1}`), 422, invalid,
				"items[0]:ONE_OF_PRODUCT_ID_AND_SKU", "items[1]:PRODUCT_REQUIRED", "items[2]:PRODUCT_REQUIRED"),
			place("SKUs are exact", orderOf(bySKU("bolt-8", 1), bySKU("BOLT-8 ", 1), bySKU("BOLT", 1)), 422, "PRODUCT_NOT_FOUND",
				"items[0]:PRODUCT_NOT_FOUND", "items[1]:PRODUCT_NOT_FOUND", "items[2]:PRODUCT_NOT_FOUND"),
			place("a fraction", `{"customer_id":1,"items":[{"product_id":1,"qty":1.5}]}`, 400, "WRONG_TYPE", "items[0].qty:WRONG_TYPE"),
			place("a text for a number", `{"customer_id":"1","items":[`+one+`]}`, 400, "WRONG_TYPE", "customer_id:WRONG_TYPE"),
			place("a number too large", `{"customer_id":1,"items":[{"product_id":1,"qty":9223372036854775808}]}`, 400, "WRONG_TYPE", "items[0].qty:WRONG_TYPE"),
			place("null for what must be", `{"customer_id":null,"items":[`+one+`]}`, 400, "WRONG_TYPE", "customer_id:WRONG_TYPE"),
			place("null for a line", orderOf("null"), 400, "WRONG_TYPE", "items[0]:WRONG_TYPE"),
			place("an unknown field of a line", orderOf(`{"product_id":1,"qty":1,"price":1}`), 400, "UNKNOWN_FIELD", "items[0].price:UNKNOWN_FIELD"),
			{Name: "no reason", Path: "/orders/1/cancel", As: w.operator, Body: `{"note":"x"}`, Status: 422, Fields: []string{"reason:REQUIRED"}},
			{Name: "another reason", Path: "/orders/1/cancel", As: w.operator, Body: `{"reason":"BORED","note":"` + strings.Repeat("x", 501) + `"}`,
				Status: 422, Fields: []string{"reason:NOT_A_CHOICE", "note:TOO_LONG"}},
			{Name: "expiry is the sweeper's", Path: "/orders/1/cancel", As: w.operator, Body: `{"reason":"EXPIRED"}`, Status: 422,
				Fields: []string{"reason:NOT_A_CHOICE"}},
		})
	})
}
