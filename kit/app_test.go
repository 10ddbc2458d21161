package kit_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"b2b.example/kit"
	"b2b.example/kit/kittest"
)

// buffer is a log that may be read while it is written.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// The log tells what happened, and nothing that a request brought along beyond its path.
func TestLogHoldsNoSecret(t *testing.T) {
	log, sessions := &buffer{}, &kittest.Sessions{}
	app := newApp(t, sessions, func(o *kit.Options) { o.Log = slog.New(slog.NewJSONHandler(log, nil)) })
	kit.Handle(app, "GET", "/mine", kit.Op{ID: "mine", Guard: kit.OperatorsAndServices(kit.Viewer)}, nothing)
	server := kittest.Serve(t, app)
	token := sessions.Add(t, 3, kit.Viewer)
	header := map[string]string{"X-Correlation-Id": "req-7", "Cookie": "c=hunter1"}
	server.Do(t, kittest.Case{Path: "/mine", As: token, Header: header, Status: 204})
	server.Do(t, kittest.Case{Path: "/mine", As: kittest.ServiceToken, Status: 204})
	server.Do(t, kittest.Case{Path: "/mine", As: "hunter2", Status: 401})
	server.Do(t, kittest.Case{Path: "/orders?status=hunter3", Status: 400})
	server.Do(t, kittest.Case{Path: "/orders", Body: `{"customer_id":"hunter4"}`, Header: key("hunter6"), Status: 400})
	server.Do(t, kittest.Case{Path: "/orders", Body: `{"hunter7`, Status: 400})
	server.Do(t, kittest.Case{Path: "/fail/3", Status: 500})
	server.Do(t, kittest.Case{Path: "/fail/9", Status: 500})

	text := log.String()
	for _, want := range []string{
		`"path":"/mine","route":"/mine","status":204`, `"request_id":"req-7","caller":"operator:3"`, `"caller":"service:shop"`,
		`"code":"UNAUTHENTICATED"`, `"route":"/fail/:id","status":500`, "UnreadByte", `"level":"ERROR","msg":"panic"`, "newApp",
	} {
		require.Contains(t, text, want)
	}
	for _, secret := range []string{"hunter", token, kittest.ServiceToken, kittest.JWTSecret} {
		require.NotContains(t, text, secret)
	}
	require.Equal(t, 9, strings.Count(text, "\n"), "one line a request, and one for the panic:\n%s", text)
}

func nothing(*fiber.Ctx, *kit.Nothing) (*kit.Nothing, error) { return &kit.Nothing{}, nil }

// What the server itself refuses, before any handler, is a problem too.
func TestServersOwnRefusals(t *testing.T) {
	server := kittest.Serve(t, newApp(t, nil))
	for name, one := range map[string]struct {
		request string
		status  int
		code    string
	}{
		"headers too large": {"GET /health HTTP/1.1\r\nHost: x\r\nX-A: " + strings.Repeat("a", 20<<10) + "\r\n\r\n", 431, "HEADERS_TOO_LARGE"},
		"no HTTP":           {"nonsense\r\n\r\n", 400, "MALFORMED_REQUEST"},
		"two lengths":       {"POST /orders HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}}", 400, "MALFORMED_REQUEST"},
		"far too large":     {"POST /orders HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n", 413, "BODY_TOO_LARGE"},
	} {
		t.Run(name, func(t *testing.T) {
			connection, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
			require.NoError(t, err)
			defer func() { _ = connection.Close() }()
			_, err = io.WriteString(connection, one.request)
			require.NoError(t, err)
			response, err := http.ReadResponse(bufio.NewReader(connection), nil)
			require.NoError(t, err)
			defer func() { _ = response.Body.Close() }()
			body, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			require.Equal(t, one.status, response.StatusCode, "%s", body)
			require.Equal(t, one.code, (&kittest.Response{Body: body}).Problem(t).Code)
			require.NotEmpty(t, response.Header.Get("X-Request-Id"))
			require.Equal(t, "nosniff", response.Header.Get("X-Content-Type-Options"))
		})
	}
}

func TestReadiness(t *testing.T) {
	ready := errors.New("the database is away")
	server := kittest.Serve(t, newApp(t, nil, func(o *kit.Options) { o.Ready = func(context.Context) error { return ready } }))
	server.Run(t, []kittest.Case{
		{Path: "/health/live", Status: 200},
		{Path: "/health/ready", Status: 503, Code: "NOT_READY", Check: hidesBody("database")},
		{Path: "/health", Status: 503, Code: "NOT_READY"},
	})
}

func hidesBody(words string) func(*testing.T, *kittest.Response) {
	return func(t *testing.T, r *kittest.Response) {
		t.Helper()
		require.NotContains(t, string(r.Body), words)
	}
}

// When its context ends, Serve finishes what it has begun, waits for the work beside, and takes nothing new.
func TestServeEndsGracefully(t *testing.T) {
	app := kit.New(kit.Options{Name: "ending", Version: "1", Log: slog.New(slog.DiscardHandler), Settings: kittest.Settings()})
	begun, finish := make(chan struct{}), make(chan struct{})
	kit.Handle(app, "GET", "/slow", kit.Op{ID: "slow", Guard: kit.Anyone}, func(*fiber.Ctx, *kit.Nothing) (*kit.Nothing, error) {
		close(begun)
		<-finish
		return &kit.Nothing{}, nil
	})
	var worked []string
	app.OnServe(func(ctx context.Context) {
		worked = append(worked, "begun")
		<-ctx.Done()
		time.Sleep(500 * time.Millisecond) // longer than the server itself takes to stop
		worked = append(worked, "ended")
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- app.Serve(ctx, l) }()
	answered := make(chan int, 1)
	go func() {
		response, err := http.Get("http://" + l.Addr().String() + "/slow")
		if err != nil {
			answered <- 0
			return
		}
		_ = response.Body.Close()
		answered <- response.StatusCode
	}()
	<-begun
	stop()
	time.Sleep(50 * time.Millisecond)
	require.Empty(t, served, "it waits for the request")
	close(finish)
	require.Equal(t, 204, <-answered)
	require.NoError(t, <-served)
	require.Equal(t, []string{"begun", "ended"}, worked)
	_, err = net.Dial("tcp", l.Addr().String())
	require.Error(t, err, "nobody listens any more")
}

// A context that has ended already, a listener that is closed: Serve returns, and says so.
func TestServeReturnsAtOnce(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	stop()
	require.NoError(t, newApp(t, nil).Serve(ctx, l))

	l, err = net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.Error(t, newApp(t, nil).Serve(context.Background(), l))
}

func TestListen(t *testing.T) {
	l, err := kit.Listen(kit.Settings{Host: "127.0.0.1"})
	require.NoError(t, err)
	defer func() { _ = l.Close() }()
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	number, err := strconv.Atoi(port)
	require.NoError(t, err)
	_, err = kit.Listen(kit.Settings{Host: "127.0.0.1", Port: number})
	require.ErrorContains(t, err, "PORT "+port)
}

func TestMetrics(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, text, err := net.SplitHostPort(free.Addr().String())
	require.NoError(t, err)
	port, err := strconv.Atoi(text)
	require.NoError(t, err)
	require.NoError(t, free.Close())
	app := newApp(t, nil, func(o *kit.Options) { o.Settings.MetricsPort = port })
	app.Every(time.Hour, "sweep", func(context.Context) (map[string]int64, error) { return map[string]int64{"orders": 3}, nil })
	app.Every(time.Hour, "other", func(context.Context) (map[string]int64, error) { return nil, io.ErrUnexpectedEOF })
	server := kittest.Serve(t, app)
	server.Do(t, kittest.Case{Path: "/orders/3", Status: 200})
	server.Do(t, kittest.Case{Path: "/orders/4", Status: 200})
	var page string
	require.Eventually(t, func() bool { // the two have done their first round
		page = metricsAt(t, port)
		return strings.Contains(page, `{work="sweep"}`) && strings.Contains(page, `{work="other"}`)
	}, 10*time.Second, 10*time.Millisecond)
	labels := `{http_request_method="GET",http_response_status_code="200",http_route="/orders/:id"`
	for _, want := range []string{
		"# TYPE http_server_request_duration_seconds histogram\n", "http_server_request_duration_seconds_count" + labels + "} 2\n",
		"http_server_request_duration_seconds_bucket" + labels + `,le="10"} 2` + "\n", "http_server_request_duration_seconds_sum" + labels + "} ",
		`work_done_total{work="sweep",what="orders"} 3` + "\n", `work_last_success_timestamp_seconds{work="sweep"} `,
		`work_failures_total{work="sweep"} 0` + "\n", `work_failures_total{work="other"} 1` + "\n", "\ngo_goroutines ", "\ngo_memstats_heap_alloc_bytes ", "\nprocess_cpu_seconds_total ", "\nprocess_resident_memory_bytes ", "\nprocess_open_fds ",
	} {
		require.Contains(t, page, want)
	}
	require.NotContains(t, page, `work_last_success_timestamp_seconds{work="other"}`)
}

func metricsAt(t *testing.T, port int) string {
	response, err := http.Get("http://127.0.0.1:" + strconv.Itoa(port) + "/metrics")
	if err != nil {
		t.Error(err)
		return ""
	}
	defer func() { _ = response.Body.Close() }()
	if got := response.Header.Get("Content-Type"); got != "text/plain; version=0.0.4; charset=utf-8" {
		t.Errorf("Content-Type is %q", got)
	}
	page, err := io.ReadAll(response.Body)
	if err != nil {
		t.Error(err)
	}
	return string(page)
}

// The document is valid, says the same each time, and names no type twice.
func TestDocumentIsStable(t *testing.T) {
	first, err := newApp(t, nil).DocumentYAML()
	require.NoError(t, err)
	second, err := newApp(t, nil).DocumentYAML()
	require.NoError(t, err)
	require.Equal(t, string(first), string(second))
	require.True(t, strings.HasPrefix(string(first), "openapi: 3.1.0\n"), "%.100s", first)
	require.NotContains(t, string(first), "nullable:", "3.1 has null in the list of types")
}

// The docs page runs under its policy: its scripts are files of ours, and nothing else is loaded.
func TestDocsPage(t *testing.T) {
	server := kittest.Serve(t, newApp(t, nil))
	r := server.Do(t, kittest.Case{Path: "/docs", Status: 200})
	require.Equal(t, "text/html; charset=utf-8", r.Header.Get("Content-Type"))
	require.Contains(t, r.Header.Get("Content-Security-Policy"), "script-src 'self';")
	require.NotContains(t, string(r.Body), "<script>")
	require.NotContains(t, string(r.Body), "http")
	require.Contains(t, string(r.Body), `src="/docs/swagger-ui-bundle.js"`)
}

// The page's files are sent packed to whoever can unpack them, and are the same to everyone.
func TestDocsFilesArePacked(t *testing.T) {
	server := kittest.Serve(t, newApp(t, nil))
	for _, path := range []string{"/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css"} {
		get := func(accepted, sent string) []byte {
			r := server.Do(t, kittest.Case{Path: path, Header: map[string]string{"Accept-Encoding": accepted}, Status: 200})
			require.Equal(t, sent, r.Header.Get("Content-Encoding"), accepted)
			require.Equal(t, "Accept-Encoding", r.Header.Get("Vary"))
			return r.Body
		}
		packed, err := gzip.NewReader(bytes.NewReader(get("gzip, deflate, br", "gzip")))
		require.NoError(t, err)
		content, err := io.ReadAll(packed)
		require.NoError(t, err)
		require.Contains(t, string(content), "swagger-ui")
		require.Equal(t, content, get("identity", ""))
		require.Equal(t, content, get("br, gzip;q=0", ""))
	}
}

// TestServeDoesNotWaitForUnusedConnections: browsers open some on the off chance, and the server alone would give each
// of them 5 s.
func TestServeDoesNotWaitForUnusedConnections(t *testing.T) {
	app := kit.New(kit.Options{Name: "prompt", Log: slog.New(slog.DiscardHandler), Settings: kittest.Settings()})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	served := make(chan error, 1)
	go func() { served <- app.Serve(ctx, l) }()
	unused, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	defer func() { _ = unused.Close() }()
	response, err := http.Get("http://" + l.Addr().String() + "/health/live") // accepted after the other
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	stop()
	select {
	case err := <-served:
		require.NoError(t, err)
	case <-time.After(4 * time.Second):
		t.Fatal("it waits for a connection that nobody uses")
	}
	_, err = unused.Read(make([]byte, 1))
	require.Error(t, err)
}

func TestWhatIsKeptForAShortTimeIsSweptOften(t *testing.T) {
	for _, one := range []struct {
		kept []time.Duration
		want time.Duration
	}{
		{[]time.Duration{24 * time.Hour, 72 * time.Hour}, time.Minute},
		{[]time.Duration{24 * time.Hour, 0}, time.Minute},
		{nil, time.Minute},
		{[]time.Duration{24 * time.Hour, time.Minute}, 6 * time.Second},
		{[]time.Duration{time.Second}, time.Second},
	} {
		require.Equal(t, one.want, kit.SweepEvery(time.Minute, one.kept...), "%v", one.kept)
	}
}
