package kit

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	runtimes "github.com/VictoriaMetrics/metrics"
)

// Logger writes JSON lines to standard error, from LOG_LEVEL upwards.
func Logger(s Settings, service string) *slog.Logger {
	least, err := level(s.LogLevel)
	if err != nil {
		least = slog.LevelInfo
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: least})).With("service", service)
}

func level(name string) (slog.Level, error) {
	var l slog.Level
	err := l.UnmarshalText([]byte(name))
	return l, err
}

// metrics count the requests and how long they took, by route and status; the runtime's own come with them. A nil one
// counts nothing. OpenTelemetry's and Prometheus' own libraries would be 4 MB of each program.
type metrics struct {
	mu        sync.Mutex
	durations map[series]*histogram
	works     map[string]*works
}

// works is what has come of the work that is done again and again.
type works struct {
	done   map[string]int64 // by name
	failed uint64
	ended  time.Time // well, the last time
}

// series is what requests are told apart by. The route is the pattern, not the path: there are few of them.
type series struct {
	method string
	status int
	route  string
}

// histogram has how many requests took as long as each bound and no less than the one before; the last have no bound.
type histogram struct {
	counts [len(bounds) + 1]uint64
	sum    float64
}

var bounds = [...]float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10} // in seconds

func newMetrics() *metrics {
	runtimes.ExposeMetadata(true)
	return &metrics{durations: map[series]*histogram{}, works: map[string]*works{}}
}

// count enters one request.
func (m *metrics) count(method, route string, status int, took time.Duration) {
	if m == nil {
		return
	}
	bucket, _ := slices.BinarySearch(bounds[:], took.Seconds())
	m.mu.Lock()
	defer m.mu.Unlock()
	key := series{method, status, route}
	h := m.durations[key]
	if h == nil {
		h = &histogram{}
		m.durations[key] = h
	}
	h.counts[bucket]++
	h.sum += took.Seconds()
}

// worked enters one round of work.
func (m *metrics) worked(what string, done map[string]int64, err error, now time.Time) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	w := m.works[what]
	if w == nil {
		w = &works{done: map[string]int64{}}
		m.works[what] = w
	}
	for name, n := range done {
		w.done[name] += n
	}
	if err != nil {
		w.failed++
		return
	}
	w.ended = now
}

// ServeHTTP answers /metrics in Prometheus' text format.
func (m *metrics) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	var text bytes.Buffer // nobody waits for a slow reader
	m.write(&text)
	m.writeWorks(&text)
	runtimes.WriteProcessMetrics(&text)
	runtimes.WriteFDMetrics(&text)
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = text.WriteTo(w) // whoever asked has gone
}

func (m *metrics) write(text *bytes.Buffer) {
	const name = "http_server_request_duration_seconds"
	fmt.Fprintf(text, "# HELP %s How long requests took.\n# TYPE %[1]s histogram\n", name)
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, h := range m.durations {
		labels := fmt.Sprintf(`http_request_method=%q,http_response_status_code="%d",http_route=%q`, key.method, key.status, key.route)
		total := uint64(0)
		for i, bound := range bounds {
			total += h.counts[i]
			fmt.Fprintf(text, "%s_bucket{%s,le=\"%g\"} %d\n", name, labels, bound, total)
		}
		total += h.counts[len(bounds)]
		fmt.Fprintf(text, "%s_bucket{%s,le=\"+Inf\"} %d\n%[1]s_sum{%[2]s} %[4]g\n%[1]s_count{%[2]s} %[3]d\n", name, labels, total, h.sum)
	}
}

// writeWorks tells of the work that is done again and again. One that has not ended well since the start has no time.
func (m *metrics) writeWorks(text *bytes.Buffer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	const done, failures, ended = "work_done_total", "work_failures_total", "work_last_success_timestamp_seconds"
	for _, one := range []struct{ name, help, kind string }{
		{done, "What has been swept away or expired.", "counter"}, {failures, "Rounds of work that failed.", "counter"},
		{ended, "When work last ended well.", "gauge"},
	} {
		fmt.Fprintf(text, "# HELP %s %s\n# TYPE %[1]s %[3]s\n", one.name, one.help, one.kind)
		for _, what := range slices.Sorted(maps.Keys(m.works)) {
			w := m.works[what]
			switch {
			case one.name == done:
				for _, name := range slices.Sorted(maps.Keys(w.done)) {
					fmt.Fprintf(text, "%s{work=%q,what=%q} %d\n", done, what, name, w.done[name])
				}
			case one.name == failures:
				fmt.Fprintf(text, "%s{work=%q} %d\n", failures, what, w.failed)
			case !w.ended.IsZero():
				fmt.Fprintf(text, "%s{work=%q} %d\n", ended, what, w.ended.Unix())
			}
		}
	}
}

// serveMetrics answers /metrics on METRICS_PORT, beside the service's own address, until stop is called.
func (a *App) serveMetrics(beside net.Listener) (stop func(), err error) {
	if a.metrics == nil {
		return func() {}, nil
	}
	host, _, err := net.SplitHostPort(beside.Addr().String())
	if err != nil {
		host = "127.0.0.1"
	}
	l, err := listen(host, a.metricsPort)
	if err != nil {
		return nil, fmt.Errorf("listen on METRICS_PORT %d: %w", a.metricsPort, err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", a.metrics)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: readTimeout, WriteTimeout: writeTimeout}
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			a.log.Error("metrics are not served any more", "error", err)
		}
	}()
	return func() { _ = server.Close() }, nil
}
