package kit

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A bucket has what took as long as its bound or less, and so has each one after it.
func TestHistogram(t *testing.T) {
	m := newMetrics()
	for _, took := range []time.Duration{time.Millisecond, 250 * time.Millisecond, 250*time.Millisecond + 1, 20 * time.Second} {
		m.count("GET", "/orders/:id", 200, took)
	}
	var text bytes.Buffer
	m.write(&text)
	require.Equal(t, `# HELP http_server_request_duration_seconds How long requests took.
# TYPE http_server_request_duration_seconds histogram
http_server_request_duration_seconds_bucket{http_request_method="GET",http_response_status_code="200",http_route="/orders/:id",le="0.001"} 1
http_server_request_duration_seconds_bucket{http_request_method="GET",http_response_status_code="200",http_route="/orders/:id",le="0.0025"} 1
http_server_request_duration_seconds_bucket{http_request_method="GET",http_response_status_code="200",http_route="/orders/:id",le="0.005"} 1
http_server_request_duration_seconds_bucket{http_request_method="GET",http_response_status_code="200",http_route="/orders/:id",le="0.01"} 1
http_server_request_duration_seconds_bucket{http_request_method="GET",http_response_status_code="200",http_route="/orders/:id",le="0.025"} 1
http_server_request_duration_seconds_bucket{http_request_method="GET",http_response_status_code="200",http_route="/orders/:id",le="0.05"} 1
http_server_request_duration_seconds_bucket{http_request_method="GET",http_response_status_code="200",http_route="/orders/:id",le="0.1"} 1
http_server_request_duration_seconds_bucket{http_request_method="GET",http_response_status_code="200",http_route="/orders/:id",le="0.25"} 2
http_server_request_duration_seconds_bucket{http_request_method="GET",http_response_status_code="200",http_route="/orders/:id",le="0.5"} 3
http_server_request_duration_seconds_bucket{http_request_method="GET",http_response_status_code="200",http_route="/orders/:id",le="1"} 3
http_server_request_duration_seconds_bucket{http_request_method="GET",http_response_status_code="200",http_route="/orders/:id",le="2.5"} 3
http_server_request_duration_seconds_bucket{http_request_method="GET",http_response_status_code="200",http_route="/orders/:id",le="5"} 3
http_server_request_duration_seconds_bucket{http_request_method="GET",http_response_status_code="200",http_route="/orders/:id",le="10"} 3
http_server_request_duration_seconds_bucket{http_request_method="GET",http_response_status_code="200",http_route="/orders/:id",le="+Inf"} 4
http_server_request_duration_seconds_sum{http_request_method="GET",http_response_status_code="200",http_route="/orders/:id"} 20.501000001
http_server_request_duration_seconds_count{http_request_method="GET",http_response_status_code="200",http_route="/orders/:id"} 4
`, text.String())

	var none *metrics
	none.count("GET", "/", 200, time.Second) // without METRICS_PORT
}
