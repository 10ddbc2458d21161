package orders

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/kit/kittest"
)

// sight is an answer as it was at a time.
type sight struct {
	path, body, tag string
	at              time.Time
}

// TestWhatWasIsAnsweredAsItWas looks at an order and its product after each change, and again at the end, as of then.
func TestWhatWasIsAnsweredAsItWas(t *testing.T) {
	each(t, func(w *world) {
		var sights []sight
		look := func(paths ...string) {
			w.clock.Pass(time.Second)
			for _, path := range paths {
				got := w.Do(w.t, kittest.Case{Path: path, As: w.viewer, Status: 200})
				sights = append(sights, sight{path, string(got.Body), got.Header.Get("ETag"), w.clock.Now()})
			}
			w.clock.Pass(time.Second)
		}
		before := w.clock.Now()
		w.clock.Pass(time.Second)
		w.stock("BOLT-8", 250, 100)
		look("/products/1")
		w.place(item(1, 3))
		look("/products/1", "/orders/1")
		w.order(kittest.Case{Method: "PATCH", Path: "/orders/1", Body: `{"note":"x"}`, Header: headers("If-Match", "*"), Status: 200})
		look("/orders/1")
		w.confirm(1)
		look("/orders/1")
		w.editProduct(1, `{"name":"Renamed","stock":50,"archived":true}`)
		look("/products/1")
		w.cancel(1)
		look("/products/1", "/orders/1")

		for _, s := range sights {
			got := w.Do(w.t, kittest.Case{Path: s.path + "?as_of=" + url.QueryEscape(s.at.Format(time.RFC3339Nano)), As: w.viewer, Status: 200})
			require.Equal(w.t, s.body, string(got.Body), "%s as of %s", s.path, s.at)
			require.Equal(w.t, s.tag, got.Header.Get("ETag"))
		}
		for _, path := range []string{"/products/1", "/orders/1"} {
			w.Run(w.t, []kittest.Case{
				{Path: path + "?as_of=" + url.QueryEscape(before.Format(time.RFC3339Nano)), As: w.viewer, Status: 404, Code: "NOT_FOUND"},
				{Path: path + "?as_of=0000-01-01T00:00:00Z", As: w.viewer, Status: 400, Code: "PARAMETER_INVALID"},
				{Path: path + "?as_of=yesterday", As: w.viewer, Status: 400, Code: "PARAMETER_INVALID"},
			})
		}
		w.Run(w.t, []kittest.Case{{Path: "/orders/9?as_of=2026-01-01T00:00:00Z", As: w.viewer, Status: 404, Code: "NOT_FOUND"}})
	})
}
