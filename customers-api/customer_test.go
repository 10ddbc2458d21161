package customers

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/kit/kittest"
)

const acme = `{"name":"ACME Ltd","email":"ops@acme.test","phone":"+34 600 100 200","tax_id":"B-123"}`

func headers(pairs ...string) map[string]string {
	h := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		h[pairs[i]] = pairs[i+1]
	}
	return h
}

func TestCustomerIsAnsweredAsItIsRead(t *testing.T) {
	each(t, func(w *world) {
		made := w.Do(w.t, kittest.Case{Path: "/customers", As: w.operator, Body: acme, Status: 201})
		require.Equal(w.t, "/customers/1", made.Header.Get("Location"))
		require.Equal(w.t, `"1"`, made.Header.Get("ETag"))
		read := w.Do(w.t, kittest.Case{Path: "/customers/1", As: w.viewer, Status: 200})
		require.Equal(w.t, string(made.Body), string(read.Body), "what POST answers is what GET answers")
		require.Equal(w.t, made.Header.Get("ETag"), read.Header.Get("ETag"))
		require.Regexp(w.t, `^{"id":1,"name":"ACME Ltd","email":"ops@acme.test","phone":"\+34 600 100 200","tax_id":"B-123",`+
			`"version":1,"created_at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z","updated_at":"[^"]+Z"}$`, string(read.Body))
	})
}

func TestCustomerInputIsStrict(t *testing.T) {
	long := strings.Repeat("x", 121)
	each(t, func(w *world) {
		post := func(name, body string, status int, code string, fields ...string) kittest.Case {
			if fields == nil {
				fields = []string{}
			}
			return kittest.Case{Name: name, Path: "/customers", As: w.operator, Body: body, Status: status, Code: code, Fields: fields}
		}
		w.runAs(w.operator, []kittest.Case{
			{Name: "no body", Method: "POST", Path: "/customers", Status: 400, Code: "BODY_REQUIRED"},
			{Name: "not JSON", Path: "/customers", Body: `{"name":`, Status: 400, Code: "MALFORMED_JSON"},
			{Name: "something after it", Path: "/customers", Body: acme + "1", Status: 400, Code: "MALFORMED_JSON"},
			{Name: "broken UTF-8", Path: "/customers", Body: "{\"name\":\"\xff\"}", Status: 400, Code: "MALFORMED_JSON"},
			{Name: "NUL", Path: "/customers", Body: `{"name":"a\u0000b","email":"a@b.test"}`, Status: 400, Code: "MALFORMED_JSON"},
			post("not an object", `[1]`, 400, "WRONG_TYPE", ":WRONG_TYPE"),
			post("unknown field", `{"name":"ACME","email":"a@b.test","nick":"x"}`, 400, "UNKNOWN_FIELD", "nick:UNKNOWN_FIELD"),
			post("other case", `{"Name":"ACME","email":"a@b.test"}`, 400, "UNKNOWN_FIELD", "Name:UNKNOWN_FIELD"),
			post("sent twice", `{"name":"ACME","name":"ACME","email":"a@b.test"}`, 400, "DUPLICATE_FIELD", "name:DUPLICATE_FIELD"),
			post("wrong type", `{"name":7,"email":"a@b.test"}`, 400, "WRONG_TYPE", "name:WRONG_TYPE"),
			post("an object for a text", `{"name":{},"email":"a@b.test"}`, 400, "WRONG_TYPE", "name:WRONG_TYPE"),
			post("every fault at once", `{"name":"A","email":"nobody","phone":"`+strings.Repeat("1", 41)+`"}`, 422, "VALIDATION_FAILED",
				"name:TOO_SHORT", "email:NOT_AN_EMAIL", "phone:TOO_LONG"),
			post("nothing given", `{}`, 422, "VALIDATION_FAILED", "name:REQUIRED", "email:REQUIRED"),
			post("null for what must be", `{"name":null,"email":null}`, 422, "VALIDATION_FAILED", "name:REQUIRED", "email:REQUIRED"),
			post("blank", `{"name":"   ","email":"a@b.test"}`, 422, "VALIDATION_FAILED", "name:REQUIRED"),
			post("too long", `{"name":"`+long+`","email":"a@b.test"}`, 422, "VALIDATION_FAILED", "name:TOO_LONG"),
			post("control characters", `{"name":"AC\nME","email":"a@b.test"}`, 422, "VALIDATION_FAILED", "name:NOT_PRINTABLE"),
			post("blanks around", `{"name":"ACME ","email":"a@b.test"}`, 422, "VALIDATION_FAILED", "name:BLANKS_AROUND"),
			post("a name in an address", `{"name":"ACME","email":"Ana <a@b.test>"}`, 422, "VALIDATION_FAILED", "email:NOT_AN_EMAIL"),
			post("no domain", `{"name":"ACME","email":"a@b"}`, 422, "VALIDATION_FAILED", "email:NOT_AN_EMAIL"),
			post("what the server makes", `{"id":7,"name":"ACME","email":"a@b.test","version":3}`, 422, "VALIDATION_FAILED", "id:READ_ONLY", "version:READ_ONLY"),
			{Name: "another type of body", Path: "/customers", Body: acme, Header: headers("Content-Type", "text/plain"), Status: 415, Code: "MEDIA_TYPE_UNSUPPORTED"},
			{Name: "a merge patch", Path: "/customers", Body: acme, Header: headers("Content-Type", "application/merge-patch+json"), Status: 415},
			{Name: "packed", Path: "/customers", Body: acme, Header: headers("Content-Encoding", "gzip"), Status: 415, Code: "CONTENT_ENCODING_UNSUPPORTED"},
			{Name: "over a megabyte", Path: "/customers", Body: `{"name":"` + strings.Repeat("x", 1<<20) + `"}`, Status: 413, Code: "BODY_TOO_LARGE"},
			{Name: "no method of it", Method: "PATCH", Path: "/customers", Body: acme, Status: 405, Code: "METHOD_NOT_ALLOWED"},
			{Name: "no id", Path: "/customers/x", As: w.viewer, Status: 400, Code: "ID_INVALID"},
			{Name: "escaped id", Path: "/customers/%31", As: w.viewer, Status: 400, Code: "ID_INVALID"},
			{Name: "id too large", Path: "/customers/9223372036854775808", As: w.viewer, Status: 400, Code: "ID_INVALID"},
			{Name: "unknown parameter", Path: "/customers/1?x=1", As: w.viewer, Status: 400, Code: "PARAMETER_UNKNOWN"},
			{Name: "nobody", Path: "/customers/1", As: w.viewer, Status: 404, Code: "NOT_FOUND"},
			{Name: "nothing was made", Path: "/customers", As: w.viewer, Status: 200, Check: func(t *testing.T, r *kittest.Response) {
				require.JSONEq(t, `{"data":[],"next_cursor":null,"prev_cursor":null}`, string(r.Body))
			}},
			{Name: "optional ones may be null, and everything at its limit", Path: "/customers", Status: 201,
				Body: `{"name":"` + strings.Repeat("ñ", 120) + `","email":"` + strings.Repeat("ñ", 60) + `@b.test","phone":null,"tax_id":"` + strings.Repeat("1", 40) + `"}`},
		}...)
	})
}

func TestCustomerVersions(t *testing.T) {
	each(t, func(w *world) {
		made := w.add("ACME")
		change := func(name, method, match string, status int, code string) kittest.Case {
			one := kittest.Case{Name: name, Method: method, Path: "/customers/1", As: w.operator, Status: status, Code: code, Header: headers()}
			if match != "" {
				one.Header["If-Match"] = match
			}
			switch method {
			case "PUT":
				one.Body = `{"name":"ACME","email":"` + made.Email + `","phone":"` + name + `"}`
			case "PATCH":
				one.Body = `{"phone":"` + name + `"}`
			}
			return one
		}
		var cases []kittest.Case
		for _, method := range []string{"PUT", "PATCH", "DELETE"} {
			cases = append(cases,
				change("no version "+method, method, "", 428, "VERSION_REQUIRED"),
				change("bare "+method, method, "1", 400, "IF_MATCH_INVALID"),
				change("weak "+method, method, `W/"1"`, 400, "IF_MATCH_INVALID"),
				change("two "+method, method, `"1", "2"`, 400, "IF_MATCH_INVALID"),
				change("another "+method, method, `"2"`, 412, "VERSION_MISMATCH"),
				change("no number "+method, method, `"01"`, 412, "VERSION_MISMATCH"))
			missing := change("of nobody "+method, method, "", 404, "NOT_FOUND")
			missing.Path = "/customers/99"
			cases = append(cases, missing)
		}
		w.Run(w.t, cases)
		w.runAs(w.operator, []kittest.Case{
			{Name: "the version comes before the rules", Method: "PATCH", Path: "/customers/1", Body: `{"name":""}`, Status: 428},
			{Name: "a stale one gets it as it is", Method: "PATCH", Path: "/customers/1", Body: `{"name":""}`,
				Header: headers("If-Match", `"9"`), Status: 412, Check: func(t *testing.T, r *kittest.Response) {
					var problem struct {
						Current entity `json:"current"`
					}
					r.JSON(t, &problem)
					require.Equal(t, made, problem.Current)
				}},
			change("patch", "PATCH", `"1"`, 200, ""),
			change("put", "PUT", `"2"`, 200, ""),
			change("whatever it is", "PATCH", `*`, 200, ""),
			{Name: "the version it has now", Path: "/customers/1", As: w.viewer, Status: 200, Check: func(t *testing.T, r *kittest.Response) {
				require.Equal(t, `"4"`, r.Header.Get("ETag"))
			}},
		}...)
	})
}

func TestCustomerChanges(t *testing.T) {
	each(t, func(w *world) {
		w.Do(w.t, kittest.Case{Path: "/customers", As: w.operator, Body: acme, Status: 201})
		change := func(name, method, body string, status int, want entity) kittest.Case {
			return kittest.Case{
				Name: name, Method: method, Path: "/customers/1", As: w.operator, Body: body, Status: status,
				Header: headers("If-Match", "*", "Content-Type", "application/json"),
				Check: func(t *testing.T, r *kittest.Response) {
					if status != 200 {
						return
					}
					var got entity
					r.JSON(t, &got)
					require.Equal(t, strconv.Quote(strconv.FormatInt(got.Version, 10)), r.Header.Get("ETag"))
					want.ID, want.CreatedAt, want.UpdatedAt = 1, got.CreatedAt, got.UpdatedAt
					require.Equal(t, want, got)
				},
			}
		}
		full := entity{Name: "ACME Ltd", Email: "ops@acme.test", Phone: "+34 600 100 200", TaxID: "B-123", Version: 1}
		renamed, bare := full, entity{Name: "ACME SA", Email: "OPS@acme.test", Version: 4}
		renamed.Name, renamed.Version = "ACME SA", 2
		noPhone := renamed
		noPhone.Phone, noPhone.Version = "", 3
		w.Run(w.t, []kittest.Case{
			change("a patch that says nothing", "PATCH", `{}`, 200, full),
			change("a patch that changes nothing", "PATCH", `{"name":"ACME Ltd"}`, 200, full),
			change("a put that changes nothing", "PUT", acme, 200, full),
			change("a patch leaves the rest alone", "PATCH", `{"name":"ACME SA"}`, 200, renamed),
			change("null in a patch clears", "PATCH", `{"phone":null}`, 200, noPhone),
			change("null cannot clear what must be", "PATCH", `{"name":null}`, 422, entity{}),
			change("a put clears what it does not name", "PUT", `{"name":"ACME SA","email":"OPS@acme.test"}`, 200, bare),
			change("a put needs all that must be", "PUT", `{"name":"ACME SA"}`, 422, entity{}),
			change("what the server makes", "PATCH", `{"created_at":"2026-01-01T00:00:00Z"}`, 422, entity{}),
		})
		require.Equal(w.t, []string{"created", "updated", "updated", "updated"}, told(w.events("/customers/1")),
			"one event for each change, none for none")
	})
}

func TestCustomerEvents(t *testing.T) {
	each(t, func(w *world) {
		w.Do(w.t, kittest.Case{
			Path: "/customers", As: w.operator, Body: acme, Status: 201,
			Header: headers("X-Correlation-Id", "req-1", "X-On-Behalf-Of", "operator:99", "X-Channel", "LAMBDA"),
		})
		w.Do(w.t, kittest.Case{
			Method: "PATCH", Path: "/customers/1", As: w.manager, Body: `{"name":"ACME SA","phone":""}`, Status: 200, Header: headers("If-Match", `"1"`),
		})
		events := w.events("/customers/1")
		require.Equal(w.t, event{
			Version: 1, Action: "created", Actor: fmt.Sprintf("operator:%d", w.staff["operator"]), ActorName: "Ana operator",
			Channel: "API", RequestID: "req-1", Changes: map[string]any{
				"name":  map[string]any{"old": nil, "new": "ACME Ltd"},
				"email": map[string]any{"old": nil, "new": "ops@acme.test"}, "phone": map[string]any{"old": nil, "new": "+34 600 100 200"},
				"tax_id": map[string]any{"old": nil, "new": "B-123"},
			},
		}, events[1], "an operator acts for nobody else, by no other channel")
		require.Equal(w.t, map[string]any{
			"name": map[string]any{"old": "ACME Ltd", "new": "ACME SA"}, "phone": map[string]any{"old": "+34 600 100 200", "new": ""},
		}, events[0].Changes, "the fields that changed, and no other")
		require.Equal(w.t, "Ana manager", events[0].ActorName)
	})
}

func TestCustomerTimelineIsPaged(t *testing.T) {
	each(t, func(w *world) {
		w.add("ACME")
		for i := range 6 {
			w.Do(w.t, kittest.Case{
				Method: "PATCH", Path: "/customers/1", As: w.operator, Body: fmt.Sprintf(`{"phone":"%d"}`, i), Status: 200, Header: headers("If-Match", "*"),
			})
		}
		path := "/customers/1/events"
		require.Equal(w.t, [][]int64{{7, 6, 5}, {4, 3, 2}, {1}}, forward(w, path+"?limit=3", eventVersion))
		require.Equal(w.t, [][]int64{{1}, {4, 3, 2}, {7, 6, 5}}, backward(w, path+"?limit=3", eventVersion))
		var page listed[event]
		w.Do(w.t, kittest.Case{Path: path + "?limit=3", As: w.viewer, Status: 200}).JSON(w.t, &page)
		w.add("Other")
		w.Run(w.t, []kittest.Case{
			{Name: "nobody's", Path: "/customers/9/events", As: w.viewer, Status: 404, Code: "NOT_FOUND"},
			{Name: "another's cursor", Path: "/customers/2/events?cursor=" + *page.Next, As: w.viewer, Status: 400, Code: "CURSOR_INVALID"},
			{Name: "a list's cursor", Path: path + "?cursor=" + w.cursor("/customers?limit=1"), As: w.viewer, Status: 400, Code: "CURSOR_INVALID"},
			{Name: "no cursor", Path: path + "?cursor=abc", As: w.viewer, Status: 400, Code: "CURSOR_INVALID"},
			{Name: "no limit", Path: path + "?limit=0", As: w.viewer, Status: 400, Code: "PARAMETER_INVALID"},
		})
	})
}

func eventVersion(e event) int64 { return e.Version }

func TestCustomerDeletion(t *testing.T) {
	each(t, func(w *world) {
		w.Do(w.t, kittest.Case{Path: "/customers", As: w.operator, Body: acme, Status: 201})
		again := strings.Replace(acme, "ops@acme.test", "OPS@ACME.test", 1)
		w.runAs(w.operator, []kittest.Case{
			{Name: "the address is taken, whatever its case", Path: "/customers", Body: again, Status: 409, Code: "DUPLICATE", Fields: []string{"email:TAKEN"}},
			{Name: "restoring what is there changes nothing", Method: "POST", Path: "/customers/1/restore", Status: 200, Check: func(t *testing.T, r *kittest.Response) {
				require.Equal(t, `"1"`, r.Header.Get("ETag"))
			}},
			{Name: "delete", Method: "DELETE", Path: "/customers/1", Header: headers("If-Match", `"1"`), Status: 204},
			{Name: "gone", Path: "/customers/1", As: w.viewer, Status: 404},
			{Name: "gone for services", Path: "/internal/customers/1", As: kittest.ServiceToken, Status: 404},
			{Name: "gone from lists", Path: "/customers", As: w.viewer, Status: 200, Check: func(t *testing.T, r *kittest.Response) {
				require.NotContains(t, string(r.Body), "ACME")
			}},
			{Name: "cannot be changed", Method: "PATCH", Path: "/customers/1", Body: `{}`, Header: headers("If-Match", "*"), Status: 404},
			{Name: "cannot be deleted twice", Method: "DELETE", Path: "/customers/1", Header: headers("If-Match", "*"), Status: 404},
			{Name: "its history stays", Path: "/customers/1/events", As: w.viewer, Status: 200},
		}...)
		free := w.Do(w.t, kittest.Case{Name: "its address is free", Path: "/customers", As: w.operator, Body: again, Status: 201})
		other := free.Header.Get("Location")
		w.runAs(w.operator, []kittest.Case{
			{Name: "so it cannot come back", Method: "POST", Path: "/customers/1/restore", Status: 409, Code: "DUPLICATE", Fields: []string{"email:TAKEN"}},
			{Name: "the other moves", Method: "PATCH", Path: other, Body: `{"email":"new@acme.test"}`, Header: headers("If-Match", "*"), Status: 200},
			{Name: "now it can", Method: "POST", Path: "/customers/1/restore", Status: 200, Check: func(t *testing.T, r *kittest.Response) {
				require.Equal(t, `"3"`, r.Header.Get("ETag"))
			}},
			{Name: "and has its address", Method: "PATCH", Path: other, Body: `{"email":"ops@acme.test"}`, Header: headers("If-Match", "*"), Status: 409, Code: "DUPLICATE"},
			{Name: "found by it", Path: "/customers?search=ops@acme", As: w.viewer, Status: 200, Check: func(t *testing.T, r *kittest.Response) {
				require.Contains(t, string(r.Body), `"id":1`)
			}},
			{Name: "nobody comes back", Method: "POST", Path: "/customers/9/restore", Status: 404},
		}...)
		require.Equal(w.t, []string{"created", "deleted", "restored"}, told(w.events("/customers/1")))
	})
}

func TestCustomerWritesHappenOnce(t *testing.T) {
	each(t, func(w *world) {
		key := headers("Idempotency-Key", "k-1")
		first := w.Do(w.t, kittest.Case{Path: "/customers", As: w.operator, Body: acme, Header: key, Status: 201})
		replayed := func(path string, as, method, body string, header map[string]string, status int, want *kittest.Response) kittest.Case {
			return kittest.Case{Path: path, As: as, Method: method, Body: body, Header: header, Status: status, Check: func(t *testing.T, r *kittest.Response) {
				require.Equal(t, "true", r.Header.Get("Idempotent-Replayed"))
				require.Equal(t, string(want.Body), string(r.Body))
				for _, name := range []string{"ETag", "Location", "Content-Type"} {
					require.Equal(t, want.Header.Get(name), r.Header.Get(name), name)
				}
			}}
		}
		w.Do(w.t, replayed("/customers", w.operator, "POST", acme, key, 201, first))
		w.Do(w.t, replayed("/customers", w.operator, "POST", acme, headers("X-Idempotency-Key", `"k-1"`), 201, first))

		patch := headers("Idempotency-Key", "k-2", "If-Match", `"1"`)
		changed := w.Do(w.t, kittest.Case{Method: "PATCH", Path: "/customers/1", As: w.operator, Body: `{"phone":"1"}`, Header: patch, Status: 200})
		w.Do(w.t, replayed("/customers/1", w.operator, "PATCH", `{"phone":"1"}`, patch, 200, changed))
		w.Do(w.t, replayed("/customers/1", w.operator, "PATCH", `{"phone":"1"}`, headers("Idempotency-Key", "k-2"), 200, changed))
		w.Do(w.t, replayed("/customers/1", w.operator, "PATCH", `{"phone":"1"}`, headers("Idempotency-Key", "k-2", "If-Match", "nonsense"), 200, changed))

		same := headers("Idempotency-Key", "k-3", "If-Match", "*")
		unchanged := w.Do(w.t, kittest.Case{Method: "PATCH", Path: "/customers/1", As: w.operator, Body: `{"phone":"1"}`, Header: same, Status: 200})
		w.Do(w.t, kittest.Case{Method: "PATCH", Path: "/customers/1", As: w.operator, Body: `{"phone":"2"}`, Header: headers("If-Match", "*"), Status: 200})
		w.Do(w.t, replayed("/customers/1", w.operator, "PATCH", `{"phone":"1"}`, same, 200, unchanged))

		reused := "IDEMPOTENCY_KEY_REUSED"
		w.runAs(w.operator, []kittest.Case{
			{Name: "another body", Path: "/customers", Body: acme + " ", Header: key, Status: 422, Code: reused},
			{Name: "another method", Method: "PUT", Path: "/customers/1", Body: `{"phone":"1"}`, Header: patch, Status: 422, Code: reused},
			{Name: "another customer", Method: "PATCH", Path: "/customers/2", Body: `{"phone":"1"}`, Header: patch, Status: 422, Code: reused},
			{Name: "another's key is another", Path: "/customers", As: w.manager, Body: acme, Header: key, Status: 409, Code: "DUPLICATE"},
			{Name: "a refusal is not kept", Path: "/customers", Body: `{}`, Header: headers("Idempotency-Key", "k-4"), Status: 422, Code: "VALIDATION_FAILED"},
			{Name: "so its key is free", Path: "/customers", Body: `{"name":"Free","email":"free@x.test"}`, Header: headers("Idempotency-Key", "k-4"), Status: 201},
			{Name: "an empty key", Path: "/customers", Body: acme, Header: headers("Idempotency-Key", `""`), Status: 400, Code: "IDEMPOTENCY_KEY_INVALID"},
			{Name: "two keys", Path: "/customers", Body: acme, Header: headers("Idempotency-Key", "a", "X-Idempotency-Key", "b"), Status: 400, Code: "IDEMPOTENCY_KEY_REPEATED"},
		}...)

		gone := headers("Idempotency-Key", "k-5", "If-Match", "*")
		deleted := w.Do(w.t, kittest.Case{Method: "DELETE", Path: "/customers/1", As: w.operator, Header: gone, Status: 204})
		w.Do(w.t, replayed("/customers/1", w.operator, "DELETE", "", gone, 204, deleted))
		require.Equal(w.t, []string{"created", "updated", "updated", "deleted"}, told(w.events("/customers/1")))
	})
}

func TestCustomerLateRetries(t *testing.T) {
	each(t, func(w *world) {
		key, gone := headers("Idempotency-Key", "k-1"), headers("Idempotency-Key", "k-2", "If-Match", "*")
		w.Do(w.t, kittest.Case{Path: "/customers", As: w.operator, Body: acme, Header: key, Status: 201})
		w.Do(w.t, kittest.Case{Method: "PATCH", Path: "/customers/1", As: w.operator, Body: `{"phone":"2"}`, Header: headers("If-Match", "*"), Status: 200})
		w.clock.Pass(25 * time.Hour)
		w.operator, w.manager = w.logInAgain("operator"), w.logInAgain("manager")
		done, err := w.service.sweep(w.t.Context())
		require.NoError(w.t, err)
		require.EqualValues(w.t, 2, done["answers"])
		w.Do(w.t, kittest.Case{Path: "/customers", As: w.operator, Body: acme, Header: key, Status: 201, Check: func(t *testing.T, r *kittest.Response) {
			require.Equal(t, `"2"`, r.Header.Get("ETag"), "the customer as it is now")
			require.Contains(t, string(r.Body), `"phone":"2"`)
			require.Equal(t, "true", r.Header.Get("Idempotent-Replayed"))
		}})
		w.Do(w.t, kittest.Case{Path: "/customers", As: w.operator, Body: acme + " ", Header: key, Status: 422, Code: "IDEMPOTENCY_KEY_REUSED"})
		w.Do(w.t, kittest.Case{Method: "DELETE", Path: "/customers/1", As: w.operator, Header: gone, Status: 204})
		w.Do(w.t, kittest.Case{Path: "/customers", As: w.operator, Body: acme, Header: key, Status: 204})
		require.Equal(w.t, []string{"created", "updated", "deleted"}, told(w.events("/customers/1")))
	})
}

// together sends requests at the same time, and gives the statuses by how often they came.
func (w *world) together(n int, request func(i int) *http.Request) (statuses map[int]int, bodies map[string]bool) {
	var mu sync.Mutex
	var all sync.WaitGroup
	statuses, bodies = map[int]int{}, map[string]bool{}
	for i := range n {
		all.Go(func() {
			status, body, err := send(request(i))
			mu.Lock()
			defer mu.Unlock()
			require.NoError(w.t, err)
			statuses[status]++
			bodies[body] = true
		})
	}
	all.Wait()
	return statuses, bodies
}

func (w *world) request(method, path, body string, header map[string]string) *http.Request {
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.URL+path, strings.NewReader(body))
	require.NoError(w.t, err)
	r.Header.Set("Authorization", "Bearer "+w.operator)
	r.Header.Set("Content-Type", "application/json")
	for name, value := range header {
		r.Header.Set(name, value)
	}
	return r
}

func TestCustomersUnderConcurrency(t *testing.T) {
	each(t, func(w *world) {
		w.add("ACME")
		for version := 1; version <= 5; version++ {
			statuses, _ := w.together(4, func(i int) *http.Request {
				return w.request("PATCH", "/customers/1", fmt.Sprintf(`{"phone":"%d-%d"}`, version, i), headers("If-Match", fmt.Sprintf(`"%d"`, version)))
			})
			require.Equal(w.t, map[int]int{200: 1, 412: 3}, statuses, "of those that saw the same version, one changes it")
		}
		statuses, bodies := w.together(20, func(int) *http.Request {
			return w.request("POST", "/customers", acme, headers("Idempotency-Key", "once"))
		})
		require.Equal(w.t, map[int]int{201: 20}, statuses)
		require.Len(w.t, bodies, 1, "twenty times the same answer")
		statuses, _ = w.together(10, func(i int) *http.Request {
			return w.request("POST", "/customers", fmt.Sprintf(`{"name":"Rival %d","email":"Rival@x.test"}`, i), nil)
		})
		require.Equal(w.t, map[int]int{201: 1, 409: 9}, statuses, "an address belongs to one")
		require.Len(w.t, w.events("/customers/1"), 6)
		require.Len(w.t, w.events("/customers/2"), 1)
	})
}
