package orders

import (
	"testing"

	"github.com/stretchr/testify/require"

	"b2b.example/db/dbtest"
	"b2b.example/kit/kittest"
)

// TestReadsSurviveFaults: one whose connection breaks is told to come back, and the next one is served.
func TestReadsSurviveFaults(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		w.place(item(1, 1))
		for _, one := range []kittest.Case{
			{Path: "/orders"}, {Path: "/orders/1"}, {Path: "/orders/1/events"}, {Path: "/products"}, {Path: "/products/1"}, {Path: "/products/1/events"},
			{Path: "/orders", Body: orderOf(bySKU("BOLT-8", 1))},
		} {
			for _, fault := range []dbtest.Fault{dbtest.NotSent, dbtest.ReplyLost, dbtest.Killed} {
				one.As, one.Status = w.manager, 0
				w.faults.FailFirst(fault, func() {
					got, err := send(w.URL, one)
					require.NoError(w.t, err)
					require.Contains(w.t, []int{200, 201, 503}, got.status, "fault %d at %s: %s", fault, one.Path, got.body)
				})
				again, err := send(w.URL, one)
				require.NoError(w.t, err)
				require.Less(w.t, again.status, 300)
			}
		}
	})
}
