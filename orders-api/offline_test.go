package orders

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// The script that answers where no server does is for everybody, in their language, at an address that stays; nobody keeps it
// without asking whether it is still the same, and it may be for all pages.
func TestWorkerScript(t *testing.T) {
	each(t, func(w *world) {
		b := w.browse(0)
		b.header = map[string]string{"Accept-Language": "es"}
		answer := b.get(home + "/worker.js")
		require.Equal(t, http.StatusOK, answer.status)
		for name, value := range map[string]string{
			"Content-Type": "text/javascript; charset=utf-8", "Cache-Control": "no-cache", "Service-Worker-Allowed": home,
		} {
			require.Equal(t, value, answer.header.Get(name))
		}
		require.Contains(t, answer.html, "Sin conexión.")
		require.Contains(t, answer.html, "worker-src 'self'", "the page has the policy of all pages")
		require.Contains(t, answer.header.Get("Content-Security-Policy"), "worker-src 'self'")
		require.Contains(t, answer.header.Get("Vary"), "Cookie")

		mine := w.browse(1)
		mine.header = map[string]string{"Accept-Language": "es"}
		require.Equal(t, answer.html, mine.get(home+"/worker.js").html, "it knows nobody")
	})
}
