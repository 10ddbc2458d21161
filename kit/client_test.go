package kit_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/kit/kittest"
)

// other is a service that answers what a test says, and counts.
func other(t *testing.T, answer func(n int64, w http.ResponseWriter, r *http.Request)) (*kit.Client, *atomic.Int64) {
	t.Helper()
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer(asked.Add(1), w, r)
	}))
	t.Cleanup(server.Close)
	return newClient(server.URL), &asked
}

func newClient(address string) *kit.Client {
	return kit.NewClient(kit.ClientOptions{
		BaseURL: address, Token: kittest.Settings().ServiceTokens[0], Away: "CUSTOMERS_UNAVAILABLE", Timeout: 300 * time.Millisecond,
	})
}

func status(code int) func(int64, http.ResponseWriter, *http.Request) {
	return func(_ int64, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func cut(_ int64, w http.ResponseWriter, _ *http.Request) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_ = connection.Close()
	}
}

func TestClientRetries(t *testing.T) {
	get, post := kit.Call{Path: "/x"}, kit.Call{Method: "POST", Path: "/x"}
	keyed := kit.Call{Method: "POST", Path: "/x", Key: "k"}
	for _, one := range []struct {
		name   string
		call   kit.Call
		answer func(int64, http.ResponseWriter, *http.Request)
		asked  int64
	}{
		{"502", get, status(502), 4},
		{"503", get, status(503), 4},
		{"504", keyed, status(504), 4},
		{"500", get, status(500), 1},
		{"404", get, status(404), 1},
		{"429", keyed, status(429), 1},
		{"redirect", get, func(_ int64, w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/x", http.StatusFound) }, 1},
		{"a write without a key", post, status(503), 1},
		{"connection cut", get, cut, 4},
		{"connection cut, a write with a key", keyed, cut, 4},
		{"connection cut, a write without one", post, cut, 1},
		{"too slow", get, func(_ int64, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, 1},
	} {
		t.Run(one.name, func(t *testing.T) {
			client, asked := other(t, one.answer)
			_, err := client.Do(context.Background(), one.call)
			require.Equal(t, "CUSTOMERS_UNAVAILABLE", fault.Of(err).Code)
			require.Equal(t, fault.Unavailable, fault.Of(err).Kind)
			require.Positive(t, fault.Of(err).RetryAfter)
			require.Equal(t, one.asked, asked.Load())
		})
	}
}

// unreachable is a network on which connecting takes too long.
type unreachable struct{ asked int }

func (u *unreachable) RoundTrip(*http.Request) (*http.Response, error) {
	u.asked++
	return nil, &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}
}

func TestClientDoesNotRetryTimeouts(t *testing.T) {
	network := &unreachable{}
	client := kit.NewClient(kit.ClientOptions{BaseURL: "http://x.test", Away: "CUSTOMERS_UNAVAILABLE", Transport: network})
	_, err := client.Do(context.Background(), kit.Call{Path: "/x"})
	require.True(t, fault.Is(err, "CUSTOMERS_UNAVAILABLE"))
	require.Equal(t, 1, network.asked)
}

func TestClientRecovers(t *testing.T) {
	client, asked := other(t, func(n int64, w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if n < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write(body)
	})
	reply, err := client.Do(context.Background(), kit.Call{Method: "POST", Path: "/x", Key: "k", Body: map[string]int{"a": 1}})
	require.NoError(t, err)
	require.Equal(t, `{"a":1}`, string(reply.Body), "the body goes out whole each time")
	require.EqualValues(t, 3, asked.Load())
}

func TestClientGivesUp(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := "http://" + l.Addr().String()
	require.NoError(t, l.Close())
	_, err = newClient(address).Do(context.Background(), kit.Call{Path: "/x"})
	require.True(t, fault.Is(err, "CUSTOMERS_UNAVAILABLE"), "connection refused: %v", err)

	client, _ := other(t, status(503))
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	started := time.Now()
	_, err = client.Do(ctx, kit.Call{Path: "/x"})
	require.True(t, fault.Is(err, "CUSTOMERS_UNAVAILABLE"))
	require.Less(t, time.Since(started), 250*time.Millisecond, "it stays inside the context's deadline")

	client, _ = other(t, func(_ int64, w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `"`+strings.Repeat("a", 9<<20)+`"`)
	})
	_, err = client.Do(context.Background(), kit.Call{Path: "/x"})
	require.True(t, fault.Is(err, "CUSTOMERS_UNAVAILABLE"), "an answer without end: %v", err)
}

func problem(code int, document string) func(int64, http.ResponseWriter, *http.Request) {
	return func(_ int64, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(code)
		_, _ = io.WriteString(w, document)
	}
}

// TestClientUploads: a file goes as it comes and once; an answer may come before its end, and then nobody reads it any more.
func TestClientUploads(t *testing.T) {
	call := kit.Call{Method: "POST", Path: "/files", Key: "k"}
	client, _ := other(t, func(_ int64, w http.ResponseWriter, r *http.Request) {
		content, err := io.ReadAll(r.Body)
		if err != nil || r.ContentLength != -1 || string(content) != "a,b\n" {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	reply, err := client.Upload(t.Context(), call, strings.NewReader("a,b\n"))
	require.NoError(t, err)
	require.Equal(t, 200, reply.Status)

	broken := fault.New(fault.TooLarge, "FILE_TOO_LARGE")
	_, err = client.Upload(t.Context(), call, io.MultiReader(strings.NewReader("a,"), iotest.ErrReader(broken)))
	require.ErrorIs(t, err, broken, "why the file could not be read is the error")

	away, asked := other(t, status(503))
	_, err = away.Upload(t.Context(), call, strings.NewReader("a,b\n"))
	require.True(t, fault.Is(err, "CUSTOMERS_UNAVAILABLE"), "%v", err)
	require.EqualValues(t, 1, asked.Load(), "a file that has been read is not sent again")

	early, _ := other(t, func(_ int64, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusUnprocessableEntity)
		_, _ = io.WriteString(w, `{"code":"VALIDATION_FAILED","detail":"No."}`)
	})
	endless := &endless{}
	_, err = early.Upload(t.Context(), call, endless)
	require.True(t, fault.Is(err, "VALIDATION_FAILED"), "%v", err)
	read := endless.read
	time.Sleep(20 * time.Millisecond)
	require.Equal(t, read, endless.read, "the file is left alone")
}

// endless is a file without an end. Who reads it beside its owner is found by the race detector.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	return len(p), nil
}

func TestClientReadsProblems(t *testing.T) {
	client, _ := other(t, problem(422, `{"type":"x","title":"t","status":422,"detail":"No.","code":"VALIDATION_FAILED","request_id":"theirs",
		"errors":[{"field":"items[2].qty","code":"TOO_SMALL","detail":"At least 1."}],"lines":[{"asked":3}]}`))
	_, err := client.Do(context.Background(), kit.Call{Path: "/x"})
	f := fault.Of(err)
	require.Equal(t, fault.Invalid, f.Kind)
	require.Equal(t, "VALIDATION_FAILED", f.Code)
	require.Equal(t, "items[2].qty", f.Fields[0].Field)
	require.Equal(t, "TOO_SMALL", f.Fields[0].Code)
	require.Equal(t, []any{map[string]any{"asked": 3.0}}, f.Extra["lines"])
	require.Equal(t, 7*time.Second, f.RetryAfter)

	for name, answer := range map[string]func(int64, http.ResponseWriter, *http.Request){
		"their own fault":           problem(500, `{"code":"INTERNAL","status":500}`),
		"our credential refused":    problem(401, `{"code":"UNAUTHENTICATED","status":401}`),
		"our credential forbidden":  problem(403, `{"code":"FORBIDDEN","status":403}`),
		"no problem document":       problem(404, `<html>`),
		"a proxy's page":            status(404),
		"a document without a code": problem(409, `{}`),
	} {
		client, _ := other(t, answer)
		_, err := client.Do(context.Background(), kit.Call{Path: "/x"})
		require.True(t, fault.Is(err, "CUSTOMERS_UNAVAILABLE"), "%s: %v", name, err)
	}
	client, _ = other(t, problem(401, `{"code":"WRONG_CREDENTIALS","status":401}`))
	_, err = client.Do(context.Background(), kit.Call{Path: "/x"})
	require.True(t, fault.Is(err, "WRONG_CREDENTIALS"))
}

// What a request hands on to the service that it asks, and how that service's refusal reaches the first caller.
func TestCallsPassOnWhoAndWhat(t *testing.T) {
	var seen http.Header
	client, _ := other(t, func(n int64, w http.ResponseWriter, r *http.Request) {
		seen = r.Header.Clone()
		problem(409, `{"code":"DUPLICATE","status":409,"detail":"Palabras suyas.","current":{"id":1},
			"errors":[{"field":"email","code":"TAKEN","detail":"Ya está."}]}`)(n, w, r)
	})
	sessions := &kittest.Sessions{}
	app := newApp(t, sessions)
	kit.Handle(app, "POST", "/ask", kit.Op{ID: "ask", Guard: kit.OperatorsAndServices(kit.Viewer), Codes: []string{"DUPLICATE"}},
		func(c *fiber.Ctx, _ *kit.Nothing) (*kit.Nothing, error) {
			_, err := client.Do(kit.Context(c), kit.Call{Method: "POST", Path: "/x", Key: `say "k"`, IfMatch: `"3"`, Body: 1})
			return nil, err
		})
	kit.Handle(app, "POST", "/correlated", kit.Op{ID: "correlated", Guard: kit.ServicesOnly, Codes: []string{"DUPLICATE"}},
		func(c *fiber.Ctx, _ *kit.Nothing) (*kit.Nothing, error) {
			ctx := kit.Correlate(kit.Correlate(kit.Context(c), "job-1"), "does not fit\n")
			_, err := client.Do(ctx, kit.Call{Method: "POST", Path: "/x"})
			return nil, err
		})
	server := kittest.Serve(t, app)
	header := map[string]string{
		"X-Correlation-Id": "req-9", "Traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "Accept-Language": "es-AR",
		"X-On-Behalf-Of": "operator:5;Jos%C3%A9",
	}
	operator := sessions.Add(t, 3, kit.Viewer)
	r := server.Do(t, kittest.Case{Method: "POST", Path: "/ask", As: operator, Header: header, Status: 409, Fields: []string{"email:TAKEN"}})
	p := r.Problem(t)
	require.Equal(t, "Palabras suyas.", p.Detail)
	require.Equal(t, "Ya está.", p.Errors[0].Detail)
	require.Equal(t, "req-9", p.RequestID)
	require.Equal(t, map[string]any{"id": 1.0}, p.Extra["current"])
	for name, want := range map[string]string{
		"Authorization": "Bearer " + kittest.ServiceToken, "X-Correlation-Id": "req-9", "Accept-Language": "es",
		"Traceparent": header["Traceparent"], "X-On-Behalf-Of": "operator:3;Ana%20Ruiz", "Idempotency-Key": `"say \"k\""`,
		"If-Match": `"3"`, "Content-Type": "application/json",
	} {
		require.Equal(t, want, seen.Get(name), name)
	}

	server.Do(t, kittest.Case{Method: "POST", Path: "/ask", As: kittest.ServiceToken, Header: header, Status: 409})
	require.Equal(t, "operator:5;Jos%C3%A9", seen.Get("X-On-Behalf-Of"), "a service hands on for whom it acts")
	server.Do(t, kittest.Case{Method: "POST", Path: "/ask", As: kittest.ServiceToken, Status: 409})
	require.Equal(t, "service:shop", seen.Get("X-On-Behalf-Of"))
	r = server.Do(t, kittest.Case{Method: "POST", Path: "/correlated", As: kittest.ServiceToken, Header: header, Status: 409})
	require.Equal(t, "job-1", seen.Get("X-Correlation-Id"))
	require.Equal(t, "operator:5;Jos%C3%A9", seen.Get("X-On-Behalf-Of"))
	require.Equal(t, "req-9", r.Problem(t).RequestID)
}

// A request's work can be made to end sooner than it would by itself.
func TestLimit(t *testing.T) {
	app := newApp(t, nil)
	app.Use("/limited", func(c *fiber.Ctx) error {
		kit.Limit(c, 30*time.Millisecond)
		return c.Next()
	})
	kit.Handle(app, "GET", "/limited", kit.Op{ID: "limited", Guard: kit.Anyone, Codes: []string{"OUTCOME_UNKNOWN"}},
		func(c *fiber.Ctx, _ *kit.Nothing) (*kit.Nothing, error) {
			<-kit.Context(c).Done()
			return nil, fault.New(fault.DeadlineExceeded, "OUTCOME_UNKNOWN").Because(kit.Context(c).Err())
		})
	started := time.Now()
	kittest.Serve(t, app).Do(t, kittest.Case{Path: "/limited", Status: 504, Code: "OUTCOME_UNKNOWN"})
	require.Less(t, time.Since(started), 4*time.Second)
}

func TestRemoteSessions(t *testing.T) {
	client, _ := other(t, func(_ int64, w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/internal/sessions/7":
			_, _ = io.WriteString(w, `{"id":7,"operator_id":3,"name":"Ana","email":"a@b.co","role":"manager","newer":true}`)
		case "/internal/sessions/8":
			problem(404, `{"code":"NOT_FOUND","status":404}`)(0, w, r)
		default:
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	sessions := kit.RemoteSessions(client)
	session, err := sessions.Session(context.Background(), 7)
	require.NoError(t, err)
	require.Equal(t, kit.Session{ID: 7, Operator: 3, Name: "Ana", Email: "a@b.co", Role: kit.Manager}, session)
	_, err = sessions.Session(context.Background(), 8)
	require.Equal(t, fault.Unauthenticated, fault.Of(err).Kind)
	_, err = sessions.Session(context.Background(), 9)
	require.Equal(t, fault.Unavailable, fault.Of(err).Kind)
}
