package kit

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	victoria "github.com/VictoriaMetrics/metrics"
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
// counts nothing. (Prometheus' own library would be 2 MB more in each program, OpenTelemetry's another 2.)
type metrics struct{ set *victoria.Set }

// durations are the upper bounds of the histogram's buckets, in seconds.
var durations = []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}

func newMetrics() *metrics {
	victoria.ExposeMetadata(true)
	return &metrics{victoria.NewSet()}
}

// count enters one request. The route is the pattern, not the path: there are few of them.
func (m *metrics) count(method, route string, status int, took time.Duration) {
	if m == nil {
		return
	}
	name := fmt.Sprintf("http_server_request_duration_seconds{http_request_method=%q,http_response_status_code=%q,http_route=%q}",
		method, strconv.Itoa(status), route)
	m.set.GetOrCreatePrometheusHistogramExt(name, durations).Update(took.Seconds())
}

func (m *metrics) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	m.set.WritePrometheus(w)
	victoria.WriteProcessMetrics(w)
	victoria.WriteFDMetrics(w)
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
