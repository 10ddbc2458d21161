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

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
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
// counts nothing.
type metrics struct {
	registry  *prometheus.Registry
	durations *prometheus.HistogramVec
}

// newMetrics sets the instruments up. Their names are OpenTelemetry's, as Prometheus spells them; its own library for that
// would be 2 MB in each program.
func newMetrics() *metrics {
	m := &metrics{registry: prometheus.NewRegistry(), durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "http_server_request_duration_seconds",
		Help:    "How long requests took.",
		Buckets: []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10},
	}, []string{"http_request_method", "http_route", "http_response_status_code"})}
	m.registry.MustRegister(m.durations, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// count enters one request. The route is the pattern, not the path: there are few of them.
func (m *metrics) count(method, route string, status int, took time.Duration) {
	if m != nil {
		m.durations.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
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
	mux.Handle("GET /metrics", promhttp.HandlerFor(a.metrics.registry, promhttp.HandlerOpts{}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: readTimeout, WriteTimeout: writeTimeout}
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			a.log.Error("metrics are not served any more", "error", err)
		}
	}()
	return func() { _ = server.Close() }, nil
}
