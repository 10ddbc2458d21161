package orders

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// The script that answers where no server does is the same for everybody, at an address that stays; nobody keeps it without
// asking whether it is still the same, and it may be for all pages.
func TestWorkerScript(t *testing.T) {
	each(t, func(w *world) {
		answer := w.browse(0).get(home + "/worker.js")
		require.Equal(t, http.StatusOK, answer.status)
		for name, value := range map[string]string{
			"Content-Type": "text/javascript; charset=utf-8", "Cache-Control": "no-cache", "Service-Worker-Allowed": home,
		} {
			require.Equal(t, value, answer.header.Get(name))
		}
		require.Contains(t, answer.html, "worker-src 'self'", "the page has the policy of all pages")
		require.Contains(t, answer.header.Get("Content-Security-Policy"), "worker-src 'self'")

		mine := w.browse(1)
		mine.header = map[string]string{"Accept-Language": "es"}
		mine.get(home + "/orders")
		require.Equal(t, answer.html, mine.get(home+"/worker.js").html, "a browser that is told of another one replaces its own")
	})
}
