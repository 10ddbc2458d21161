package orders

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"b2b.example/kit/kittest"
)

// accidental is what two runs of the same change may differ in: times, and the id of what is new.
var accidental = regexp.MustCompile(`"\d{4}-\d\d-\d\dT[^"]+Z"|^{"id":\d+`)

// TestADryRunAnswersWhatWouldBeAndChangesNothing tries each write, and then makes it: the answer is the same.
func TestADryRunAnswersWhatWouldBeAndChangesNothing(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		w.place(item(1, 3))
		cases := []kittest.Case{as(w.operator, confirming(1, "the key", 200))}
		for _, one := range everyWrite {
			status := map[bool]int{true: http.StatusCreated, false: http.StatusOK}[one.path == "/orders" || one.path == "/products"]
			cases = append(cases, keyed(one.sent(w, "dry", one.body, status, ""), one.path))
		}
		for _, one := range cases {
			dry := one
			dry.Path += "?dry_run=true"
			before := w.tables()
			would := w.Do(w.t, dry)
			require.Equal(w.t, before, w.tables(), "%s changed something", one.Path)
			require.Equal(w.t, "true", would.Header.Get("Dry-Run"))
			require.Empty(w.t, would.Header.Get("Location"))

			plain := one
			plain.Path += "?dry_run=false"
			is := w.Do(w.t, plain)
			require.Empty(w.t, is.Header.Get("Dry-Run"))
			require.Equal(w.t, accidental.ReplaceAllString(string(is.Body), ""), accidental.ReplaceAllString(string(would.Body), ""), one.Path)
			require.Equal(w.t, is.Header.Get("ETag"), would.Header.Get("ETag"))
			again := w.Do(w.t, plain)
			require.Equal(w.t, "true", again.Header.Get("Idempotent-Replayed"), "the key belongs to the change that was made")
		}
		again := cases[0]
		again.Path += "?dry_run=true"
		again.Status, again.Code = http.StatusConflict, "ORDER_NOT_CONFIRMABLE" // its key has an answer, and it is no retry
		w.Do(w.t, again)
	})
}

func TestADryRunIsRefusedAsTheChangeWouldBe(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 5)
		w.place(item(1, 3))
		w.cancel(1)
		w.unchanged([]kittest.Case{
			as(w.operator, kittest.Case{Path: "/orders?dry_run=true", Body: orderOf(item(1, 6)), Status: 409, Code: "INSUFFICIENT_STOCK"}),
			as(w.operator, kittest.Case{Path: "/orders?dry_run=true", Body: orderOf(item(9, 1)), Status: 422, Code: "PRODUCT_NOT_FOUND"}),
			as(w.operator, kittest.Case{
				Path: "/orders/1/confirm?dry_run=true", Method: "POST", Header: headers("Idempotency-Key", "k"), Status: 409, Code: "ORDER_NOT_CONFIRMABLE",
			}),
			as(w.viewer, kittest.Case{Path: "/orders?dry_run=true", Body: orderOf(item(1, 1)), Status: 403, Code: "FORBIDDEN"}),
			as(w.manager, kittest.Case{
				Path: "/products?dry_run=true", Body: `{"name":"Bolt","sku":"BOLT-8","price_cents":5}`, Status: 409, Code: "DUPLICATE",
			}),
			as(w.operator, kittest.Case{Path: "/orders?dry_run=1", Body: orderOf(item(1, 1)), Status: 400, Code: "PARAMETER_INVALID"}),
			as(w.viewer, kittest.Case{Path: "/orders/1?dry_run=true", Status: 400, Code: "PARAMETER_UNKNOWN"}),
		})
		require.EqualValues(w.t, 5, w.product(1).Stock)
	})
}
