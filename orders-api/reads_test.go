package orders

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"b2b.example/db/dbtest"
	"b2b.example/kit/kittest"
)

// broken is what can happen to a read: it takes no part in deadlocks.
var broken = []dbtest.Fault{dbtest.NotSent, dbtest.ReplyLost, dbtest.Killed, dbtest.HalfRead}

// TestReadsSurviveFaults: whichever of its calls breaks its connection, the client is told to come back, and then it is
// served.
func TestReadsSurviveFaults(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		w.place(item(1, 1))
		for _, path := range []string{
			"/orders", "/orders?search=acme", "/orders/1", "/orders/1?as_of=2030-01-01T00:00:00Z", "/orders/1/events", "/products", "/products/1",
			"/products/1?as_of=2030-01-01T00:00:00Z", "/products/1/events",
		} {
			one := kittest.Case{Path: path, As: w.manager}
			for _, fault := range broken {
				w.faults.EachCall(fault, func(k int) {
					got, err := send(w.URL, one)
					require.NoError(w.t, err)
					require.Contains(w.t, []int{http.StatusOK, http.StatusServiceUnavailable}, got.status, "fault %d at call %d of %s: %s", fault, k, path, got.body)
				})
				again, err := send(w.URL, one)
				require.NoError(w.t, err)
				require.Equal(w.t, http.StatusOK, again.status)
			}
		}
	})
}

// TestPagesSurviveFaults is the same for the pages of the backoffice.
func TestPagesSurviveFaults(t *testing.T) {
	eachIdle(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		w.place(item(1, 1))
		ana := w.browse(3)
		for _, path := range []string{
			"", "/orders", "/orders?search=acme", "/orders?status=CREATED&min_total_cents=1", "/orders/1", "/orders/new", "/activity", "/activity?actor=operator%3A2",
			"/bulk-runs", "/bulk-runs/new?action=cancel&filter=", "/bulk-runs/new?action=confirm&order=1", "/products", "/products/1", "/settings",
		} {
			for _, fault := range broken {
				w.faults.EachCall(fault, func(k int) {
					got := ana.get(home + path)
					require.Contains(w.t, []int{http.StatusOK, http.StatusServiceUnavailable}, got.status, "fault %d at call %d of %s: %s", fault, k, path, got.text())
				})
				require.Equal(w.t, http.StatusOK, ana.get(home+path).status, path)
			}
		}
	})
}
