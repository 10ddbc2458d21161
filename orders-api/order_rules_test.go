package orders

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/db"
	"b2b.example/db/dbtest"
	"b2b.example/kit/fault"
	"b2b.example/kit/kittest"
)

// refused is what a refusal of an order tells beside its code.
type refused struct {
	Reason   string      `json:"reason"`
	PassedAt string      `json:"passed_at"`
	Short    []shortLine `json:"short"`
}

func refusalOf(t *testing.T, r *kittest.Response) refused {
	t.Helper()
	var told refused
	r.JSON(t, &told)
	return told
}

func TestConfirming(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		w.place(item(1, 3))
		at := w.clock.Now()
		confirmed := w.confirm(1)
		require.Equal(w.t, Confirmed, confirmed.Status)
		require.WithinDuration(w.t, at, *confirmed.ConfirmedAt, time.Minute)
		require.Equal(w.t, []Action{Cancel, Undo}, confirmed.AllowedActions)
		require.Equal(w.t, []BlockedAction{{Confirm, "ORDER_IS_CONFIRMED", "The order has been confirmed already."}}, confirmed.BlockedActions)
		require.EqualValues(w.t, 2, confirmed.Version)

		before := w.tables()
		again := w.confirm(1)
		require.Equal(w.t, confirmed, again, "asking for what is already so answers it as it is")
		after := w.tables()
		require.NotEqual(w.t, before["idempotency_keys"], after["idempotency_keys"], "its answer is stored all the same")
		before["idempotency_keys"] = after["idempotency_keys"]
		require.Equal(w.t, before, after)
		require.Equal(w.t, []string{"created", "confirmed"}, w.told("/orders/1"))
		require.Equal(w.t, confirmed, w.get(1))
		require.Equal(w.t, []string{"INITIAL +10 -> 10", "ORDER -3 -> 7"}, w.moved(1))
	})
}

func TestMovesThatAreNotThere(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		w.place(item(1, 3))
		w.cancel(1)
		es := confirming(1, "k", 409)
		es.Header["Accept-Language"] = "es"
		es.Check = func(t *testing.T, r *kittest.Response) {
			require.Equal(t, []string{"Este pedido no se puede confirmar.", "El pedido está cancelado."},
				[]string{r.Problem(t).Detail, r.Problem(t).Errors[0].Detail})
		}
		w.unchanged([]kittest.Case{
			{Name: "a canceled order is not confirmed", Method: "POST", Path: "/orders/1/confirm", As: w.operator, Header: headers("Idempotency-Key", "k"),
				Status: 409, Code: "ORDER_NOT_CONFIRMABLE", Fields: []string{"status:ORDER_IS_CANCELED"},
				Check: func(t *testing.T, r *kittest.Response) {
					require.Equal(t, refused{Reason: "ORDER_IS_CANCELED"}, refusalOf(t, r))
				}},
			as(w.operator, es),
		})
		canceled := w.get(1)
		require.Equal(w.t, []Action{Undo}, canceled.AllowedActions)
		require.Equal(w.t, []string{"ORDER_IS_CANCELED", "ORDER_IS_CANCELED"}, []string{canceled.BlockedActions[0].Code, canceled.BlockedActions[1].Code})
	})
}

func TestCanceling(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		w.stock("NUT-8", 99, 10)
		w.place(item(2, 4), item(1, 3))
		w.clock.Pass(48 * time.Hour) // a CREATED order can be cancelled at any time
		canceled := w.order(kittest.Case{Path: "/orders/1/cancel", Body: `{"reason":"PRICING_ERROR","note":"Too\ncheap"}`, Status: 200})
		require.Equal(w.t, Canceled, canceled.Status)
		require.Equal(w.t, "PRICING_ERROR", *canceled.CancelReason)
		require.Equal(w.t, "Too\ncheap", canceled.CancelNote)
		require.Nil(w.t, canceled.ConfirmedAt)
		require.WithinDuration(w.t, w.clock.Now(), *canceled.CanceledAt, time.Minute)
		require.EqualValues(w.t, 2, canceled.Version)
		require.Equal(w.t, canceled, w.get(1))
		require.Equal(w.t, []string{"INITIAL +10 -> 10", "ORDER -3 -> 7", "CANCEL +3 -> 10"}, w.moved(1))
		require.Equal(w.t, []string{"INITIAL +10 -> 10", "ORDER -4 -> 6", "CANCEL +4 -> 10"}, w.moved(2))
		again := w.order(kittest.Case{Path: "/orders/1/cancel", Body: `{"reason":"FRAUD"}`, Status: 200})
		require.Equal(w.t, canceled, again, "a canceled order stays as it is")
		require.Equal(w.t, []string{"created", "canceled"}, w.told("/orders/1"))
		require.EqualValues(w.t, 10, w.product(1).Stock, "its stock is back once")
	})
}

func TestEveryReasonOfACancellation(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		for _, reason := range []string{"CUSTOMER_REQUEST", "OUT_OF_STOCK", "PRICING_ERROR", "DUPLICATE", "FRAUD", "OTHER"} {
			o := w.place(item(1, 1))
			o = w.order(kittest.Case{Path: orderPath(o.ID, "/cancel"), Body: fmt.Sprintf(`{"reason":%q}`, reason), Status: 200})
			require.Equal(w.t, reason, *o.CancelReason)
		}
	})
}

func TestTheWindowForCanceling(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		w.place(item(1, 3))
		w.place(item(1, 4))
		w.confirm(1)
		confirmed := w.confirm(2)
		w.clock.Pass(9*time.Minute + 30*time.Second)
		require.Equal(w.t, Canceled, w.cancel(1).Status, "within the window")
		require.EqualValues(w.t, 6, w.product(1).Stock)

		w.clock.Pass(time.Minute)
		ended := confirmed.ConfirmedAt.Add(10 * time.Minute).Format(time.RFC3339)
		late := w.get(2)
		require.Empty(w.t, late.AllowedActions)
		require.Equal(w.t, BlockedAction{Cancel, "CANCEL_WINDOW_PASSED",
			"A confirmed order can be canceled for a while only; for this one that ended at " + ended + "."}, late.BlockedActions[1])
		refusedCase := as(w.operator, canceling(2, 409))
		refusedCase.Code, refusedCase.Fields = "ORDER_NOT_CANCELABLE", []string{"status:CANCEL_WINDOW_PASSED"}
		refusedCase.Check = func(t *testing.T, r *kittest.Response) {
			require.Equal(t, refused{Reason: "CANCEL_WINDOW_PASSED", PassedAt: ended}, refusalOf(t, r))
		}
		w.unchanged([]kittest.Case{refusedCase})
		require.Equal(w.t, Canceled, w.cancel(1).Status, "what is canceled is canceled, also after it")
		require.Equal(w.t, []string{"created", "confirmed", "canceled"}, w.told("/orders/1"))
	})
}

func TestCancelingWhenTheProductIsArchivedSince(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		w.place(item(1, 3))
		w.confirm(1)
		w.editProduct(1, `{"archived":true}`)
		w.cancel(1)
		require.EqualValues(w.t, 10, w.product(1).Stock)
	})
}

func TestVersionsOfOrders(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		placed := w.place(item(1, 3))
		patch := func(name, match string, status int, code string) kittest.Case {
			one := kittest.Case{Name: name, Method: "PATCH", Path: "/orders/1", As: w.operator, Body: `{"note":"` + name + `"}`, Status: status, Code: code, Header: headers()}
			if match != "" {
				one.Header["If-Match"] = match
			}
			return one
		}
		missing := patch("what is not there comes first", "", 404, "NOT_FOUND")
		missing.Path = "/orders/99"
		stale := patch("stale", `"2"`, 412, "VERSION_MISMATCH")
		stale.Check = func(t *testing.T, r *kittest.Response) {
			var told struct {
				Current OrderSummary `json:"current"`
			}
			r.JSON(t, &told)
			require.Equal(t, placed.OrderSummary, told.Current)
		}
		long := patch(strings.Repeat("x", 501), "", 428, "VERSION_REQUIRED")
		long.Name = "the version comes before the rules"
		staleConfirm, staleCancel := as(w.operator, confirming(1, "k", 412)), as(w.operator, canceling(1, 412))
		staleConfirm.Header["If-Match"], staleCancel.Header = `"2"`, headers("If-Match", `"2"`)
		w.unchanged([]kittest.Case{
			missing, patch("no version", "", 428, "VERSION_REQUIRED"), long, stale, patch("no number", `"01"`, 412, ""), staleConfirm, staleCancel,
		})
		w.Run(w.t, []kittest.Case{patch("its version", `"1"`, 200, ""), patch("whatever it is", "*", 200, "")})

		confirm := confirming(1, "k", 200)
		confirm.Header["If-Match"] = `"3"`
		require.EqualValues(w.t, 4, w.order(confirm).Version)
		confirm.Header["Idempotency-Key"], confirm.Status = "k-2", 412
		w.Do(w.t, as(w.operator, confirm))
		cancel := canceling(1, 200)
		cancel.Header = headers("If-Match", "*")
		canceled := w.Do(w.t, as(w.operator, cancel))
		require.Equal(w.t, `"5"`, canceled.Header.Get("ETag"))
	})
}

// TestOptionalTextsMayBeNull: null is as good as nothing, where nothing is good.
func TestOptionalTextsMayBeNull(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		o := w.order(kittest.Case{
			Path: "/orders", Body: `{"customer_id":1,"items":[{"product_id":1,"qty":3}],"note":null,"reference":null}`, Status: 201,
		})
		require.Empty(w.t, o.Note+o.Reference)
		o = w.order(kittest.Case{Path: "/orders/1/cancel", Body: `{"reason":"OTHER","note":null}`, Status: 200})
		require.Empty(w.t, o.CancelNote)
	})
}

func TestNotes(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		w.order(kittest.Case{Path: "/orders", Body: `{"customer_id":1,"items":[{"product_id":1,"qty":3}],"note":"first"}`, Status: 201})
		edit := func(name, body string, status int, version int64, note string) kittest.Case {
			return kittest.Case{
				Name: name, Method: "PATCH", Path: "/orders/1", As: w.operator, Body: body, Status: status,
				Header: headers("If-Match", "*", "Content-Type", "application/merge-patch+json"),
				Check: func(t *testing.T, r *kittest.Response) {
					if status != 200 {
						return
					}
					var o OrderDetails
					r.JSON(t, &o)
					require.Equal(t, []any{version, note, fmt.Sprintf(`"%d"`, version)}, []any{o.Version, o.Note, r.Header.Get("ETag")})
				},
			}
		}
		w.Run(w.t, []kittest.Case{
			edit("nothing", `{}`, 200, 1, "first"),
			edit("the same", `{"note":"first"}`, 200, 1, "first"),
			edit("another", `{"note":"second\nline"}`, 200, 2, "second\nline"),
			edit("null clears it", `{"note":null}`, 200, 3, ""),
			edit("and once is enough", `{"note":null}`, 200, 3, ""),
			edit("as long as may be", `{"note":"`+strings.Repeat("ñ", 500)+`"}`, 200, 4, strings.Repeat("ñ", 500)),
		})
		w.unchanged([]kittest.Case{
			{Name: "too long", Method: "PATCH", Path: "/orders/1", As: w.operator, Body: `{"note":"` + strings.Repeat("x", 501) + `"}`,
				Header: headers("If-Match", "*"), Status: 422, Code: "VALIDATION_FAILED", Fields: []string{"note:TOO_LONG"}},
			edit("no number", `{"note":7}`, 400, 0, ""),
			edit("nothing else of it", `{"status":"CONFIRMED"}`, 400, 0, ""),
			edit("not its reference", `{"reference":"x"}`, 400, 0, ""),
		})
		require.Equal(w.t, []string{"created", "updated", "updated", "updated"}, w.told("/orders/1"), "one event for each change, none for none")
		w.cancel(1)
		w.Run(w.t, []kittest.Case{edit("a note can be changed at any time", `{"note":"z"}`, 200, 6, "z")})
	})
}

func TestRepeatedProductsAreOneLine(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		w.stock("NUT-8", 99, 10)
		short := kittest.Case{
			Name: "checked as one", Path: "/orders", As: w.operator, Status: 409, Code: "INSUFFICIENT_STOCK",
			Body: orderOf(item(2, 1), item(1, 6), bySKU("BOLT-8", 5)), Fields: []string{"items[1]:INSUFFICIENT_STOCK"},
			Check: func(t *testing.T, r *kittest.Response) {
				require.Equal(t, []shortLine{{ProductID: 1, SKU: "BOLT-8", Asked: 11, Available: 10}}, refusalOf(t, r).Short)
			},
		}
		tooMany := kittest.Case{
			Name: "no more than a million together", Path: "/orders", As: w.operator, Status: 422, Code: "VALIDATION_FAILED",
			Body: orderOf(item(1, 600_000), item(2, 1), bySKU("BOLT-8", 400_001), item(1, 1)), Fields: []string{"items[2]:TOO_LARGE"},
		}
		w.unchanged([]kittest.Case{short, tooMany})
		o := w.place(item(1, 6), item(2, 1), bySKU("BOLT-8", 4))
		require.Equal(w.t, []Item{
			{ProductID: 1, SKU: "BOLT-8", Name: "Product BOLT-8", Qty: 10, UnitPriceCents: 250, SubtotalCents: 2500},
			{ProductID: 2, SKU: "NUT-8", Name: "Product NUT-8", Qty: 1, UnitPriceCents: 99, SubtotalCents: 99},
		}, o.Items, "in the order of the request")
		require.EqualValues(w.t, 11, o.Units)
		require.Equal(w.t, []string{"INITIAL +10 -> 10", "ORDER -10 -> 0"}, w.moved(1))
	})
}

func TestEveryShortLineIsNamed(t *testing.T) {
	each(t, func(w *world) {
		for i := range 4 {
			w.stock(fmt.Sprintf("SKU-%d", i+1), 100, int64(i))
		}
		w.unchanged([]kittest.Case{{
			Path: "/orders", As: w.operator, Body: orderOf(item(4, 4), item(3, 2), bySKU("SKU-2", 9), item(1, 1)), Status: 409, Code: "INSUFFICIENT_STOCK",
			Fields: []string{"items[0]:INSUFFICIENT_STOCK", "items[2]:INSUFFICIENT_STOCK", "items[3]:INSUFFICIENT_STOCK"},
			Check: func(t *testing.T, r *kittest.Response) {
				require.Equal(t, []shortLine{{4, "SKU-4", 4, 3}, {2, "SKU-2", 9, 1}, {1, "SKU-1", 1, 0}}, refusalOf(t, r).Short)
				require.Equal(t, "4 asked for, 3 in stock.", r.Problem(t).Errors[0].Detail)
			},
		}})
	})
}

func TestWhatIsNotThereIsToldTogether(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		w.stock("OLD-1", 250, 10)
		w.editProduct(2, `{"archived":true}`)
		place := func(name, body, code string, fields ...string) kittest.Case {
			return kittest.Case{Name: name, Path: "/orders", As: w.operator, Body: body, Status: 422, Code: code, Fields: fields}
		}
		of := func(customer int, items ...string) string {
			return strings.Replace(orderOf(items...), `"customer_id":1`, fmt.Sprintf(`"customer_id":%d`, customer), 1)
		}
		w.unchanged([]kittest.Case{
			place("nobody", of(9, item(1, 1)), "CUSTOMER_NOT_FOUND", "customer_id:CUSTOMER_NOT_FOUND"),
			place("products", orderOf(item(7, 1), item(1, 1), item(8, 1)), "PRODUCT_NOT_FOUND", "items[0]:PRODUCT_NOT_FOUND", "items[2]:PRODUCT_NOT_FOUND"),
			place("archived", orderOf(item(1, 1), bySKU("OLD-1", 1)), "PRODUCT_ARCHIVED", "items[1]:PRODUCT_ARCHIVED"),
			place("both kinds", orderOf(item(2, 1), item(7, 1)), "VALIDATION_FAILED", "items[0]:PRODUCT_ARCHIVED", "items[1]:PRODUCT_NOT_FOUND"),
			place("by id and by SKU", orderOf(item(7, 1), bySKU("NEW", 1), item(2, 1)), "VALIDATION_FAILED",
				"items[0]:PRODUCT_NOT_FOUND", "items[1]:PRODUCT_NOT_FOUND", "items[2]:PRODUCT_ARCHIVED"),
			place("how they are named and what is not there", orderOf(item(7, 1), `{"qty":1}`), "VALIDATION_FAILED",
				"items[0]:PRODUCT_NOT_FOUND", "items[1]:PRODUCT_REQUIRED"),
			place("everything", of(9, item(2, 1), item(7, 1), bySKU("NEW", 1), item(1, 1)), "VALIDATION_FAILED",
				"customer_id:CUSTOMER_NOT_FOUND", "items[0]:PRODUCT_ARCHIVED", "items[1]:PRODUCT_NOT_FOUND", "items[2]:PRODUCT_NOT_FOUND"),
			place("what is not there comes before what is short", orderOf(item(1, 11), item(7, 1)), "PRODUCT_NOT_FOUND", "items[1]:PRODUCT_NOT_FOUND"),
		})
	})
}

// TestABatchOfOrders: orders that are placed together are decided one after the other, each against what those before it
// have left, and one that is refused leaves no trace.
func TestABatchOfOrders(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 5)
		w.stock("NUT-8", 99, 9)
		of := func(lines ...Line) Placement { return Placement{Customer: acme, Lines: lines} }
		var placed []Placed
		batch := func(placements ...Placement) {
			require.NoError(w.t, w.db.Tx(w.t.Context(), func(tx *db.Tx) (err error) {
				placed, err = Place(tx.As(db.Call{Actor: "service:shop", Channel: "API"}), placements)
				return err
			}))
		}
		batch(of(Line{1, 3, "a"}, Line{2, 1, "b"}), of(Line{2, 2, "a"}, Line{1, 4, "b"}), of(Line{7, 1, "a"}), of(Line{1, 2, "a"}))
		require.Equal(w.t, []int64{1, 2}, []int64{placed[0].Order.ID, placed[3].Order.ID})
		require.Equal(w.t, "INSUFFICIENT_STOCK b:INSUFFICIENT_STOCK", placed[1].Refusal.Error())
		require.Equal(w.t, []shortLine{{1, "BOLT-8", 4, 2}}, fault.Of(placed[1].Refusal).Extra["short"])
		require.Equal(w.t, "PRODUCT_NOT_FOUND a:PRODUCT_NOT_FOUND", placed[2].Refusal.Error())
		require.Equal(w.t, []string{"INITIAL +5 -> 5", "ORDER -3 -> 2", "ORDER -2 -> 0"}, w.moved(1))
		require.Equal(w.t, []string{"INITIAL +9 -> 9", "ORDER -1 -> 8"}, w.moved(2))
		require.Equal(w.t, []string{"created"}, w.told("/orders/2"))

		before := w.tables()
		batch(of(Line{1, 1, "a"}), of(Line{7, 1, "a"}))
		require.Equal(w.t, before, w.tables())
	})
}

func TestLimitsOfAnOrder(t *testing.T) {
	each(t, func(w *world) {
		w.stock("GOLD", 100_000_000_000, 2_000_000)
		w.stock("CENT", 1, 2_000_000)
		w.unchanged([]kittest.Case{{
			Name: "a total above 10^15", Path: "/orders", As: w.operator, Body: orderOf(item(1, 10_000), item(2, 1)), Status: 422, Code: "ORDER_TOTAL_TOO_LARGE",
			Fields: []string{"items:ORDER_TOTAL_TOO_LARGE"},
		}, {
			Name: "far above", Path: "/orders", As: w.operator, Body: orderOf(item(1, 1_000_000)), Status: 422, Code: "ORDER_TOTAL_TOO_LARGE",
		}})
		o := w.place(item(1, 10_000))
		require.EqualValues(w.t, 1_000_000_000_000_000, o.TotalCents)
		require.EqualValues(w.t, 1_000_000, w.place(item(2, 1_000_000)).Units)
		w.cancel(o.ID)
		require.EqualValues(w.t, 2_000_000, w.product(1).Stock)

		var all []string
		for i := range 200 {
			w.stock(fmt.Sprintf("S-%d", i), 7, 5)
			all = append(all, item(int64(i+3), int64(1+i%5)))
		}
		big := w.place(all...)
		require.Len(w.t, big.Items, 200)
		require.EqualValues(w.t, 600, big.Units)
		require.Equal(w.t, big, w.get(big.ID))
		w.cancel(big.ID)
	})
}

func TestOrdersKeepWhatTheyWere(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		placed := w.place(item(1, 3))
		w.editProduct(1, `{"sku":"BOLT-9","name":"Another","price_cents":999,"archived":true}`)
		w.customers.set(Customer{ID: 1, Name: "Renamed", Email: "new@acme.test"})
		require.Equal(w.t, placed, w.get(1))
		w.customers.set(Customer{ID: 1})
		confirmed := w.confirm(1)
		require.Equal(w.t, placed.Items, confirmed.Items)
		require.Equal(w.t, placed.Customer, confirmed.Customer)
	})
}

func TestEventsOfAnOrder(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		service := headers("X-On-Behalf-Of", "operator:7;Ana%20Ru%C3%ADz", "X-Channel", "LAMBDA", "X-Correlation-Id", "req-1")
		w.Do(w.t, kittest.Case{Path: "/orders", As: kittest.ServiceToken, Body: orderOf(item(1, 3)), Header: service, Status: 201})
		w.Do(w.t, kittest.Case{Method: "PATCH", Path: "/orders/1", As: kittest.ServiceToken, Body: `{"note":"x"}`, Header: headers("If-Match", "*"), Status: 200})
		confirmed := w.confirm(1)
		canceled := w.order(kittest.Case{Path: "/orders/1/cancel", Body: `{"reason":"OTHER","note":"why"}`, Status: 200, Header: headers("X-On-Behalf-Of", "operator:9", "X-Channel", "UI")})
		events := w.events("/orders/1")
		change := func(old, new any) map[string]any { return map[string]any{"old": old, "new": new} }
		stamp := func(at *time.Time) string { return at.UTC().Format(time.RFC3339Nano) }
		require.Equal(w.t, event{
			Version: 4, Action: "canceled", Actor: "operator:2", ActorName: "Ana operator", Channel: "API", RequestID: events[0].RequestID,
			Changes: map[string]any{
				"status": change("CONFIRMED", "CANCELED"), "canceled_at": change(nil, stamp(canceled.CanceledAt)),
				"cancel_reason": change(nil, "OTHER"), "cancel_note": change("", "why"),
			},
		}, events[0], "an operator acts for nobody else, by no other channel")
		require.Equal(w.t, map[string]any{"status": change("CREATED", "CONFIRMED"), "confirmed_at": change(nil, stamp(confirmed.ConfirmedAt))}, events[1].Changes)
		require.Equal(w.t, []any{"service:shop", "", map[string]any{"note": change("", "x")}}, []any{events[2].Actor, events[2].ActorName, events[2].Changes})
		first := events[3]
		require.Equal(w.t, []string{"created", "operator:7", "Ana Ruíz", "LAMBDA", "req-1"},
			[]string{first.Action, first.Actor, first.ActorName, first.Channel, first.RequestID})
		require.Equal(w.t, change(nil, "ACME Ltd"), first.Changes["customer_name"])
		require.Equal(w.t, change(nil, 750.0), first.Changes["total_cents"])
		require.Len(w.t, first.Changes["items"].(map[string]any)["new"], 1)
		w.Do(w.t, kittest.Case{Path: "/orders", As: kittest.ServiceToken, Body: orderOf(item(1, 3)), Header: headers("X-On-Behalf-Of", "root"), Status: 400, Code: "PARAMETER_INVALID"})
	})
}

func TestCustomersAPIFails(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		w.place(item(1, 1)) // and the session is known
		place := func(name string) kittest.Case {
			return kittest.Case{
				Name: name, Path: "/orders", As: w.operator, Body: orderOf(item(1, 1)), Status: 503, Code: "CUSTOMERS_UNAVAILABLE",
				Check: func(t *testing.T, r *kittest.Response) { require.NotEmpty(t, r.Header.Get("Retry-After")) },
			}
		}
		for name, instead := range map[string]func(http.ResponseWriter){
			"at fault":           func(r http.ResponseWriter) { http.Error(r, "boom", http.StatusInternalServerError) },
			"a proxy's 404":      func(r http.ResponseWriter) { http.Error(r, "no such page", http.StatusNotFound) },
			"a proxy's page":     func(r http.ResponseWriter) { _, _ = r.Write([]byte("<html>")) },
			"another customer":   func(r http.ResponseWriter) { reply(r, Customer{ID: 2, Name: "Other"}) },
			"no customer":        func(r http.ResponseWriter) { reply(r, struct{}{}) },
			"too many questions": func(r http.ResponseWriter) { problem(r, http.StatusTooManyRequests, "TOO_MANY_REQUESTS") },
			"our token is wrong": func(r http.ResponseWriter) { problem(r, http.StatusUnauthorized, "UNAUTHENTICATED") },
			"moved":              func(r http.ResponseWriter) { r.Header().Set("Location", "/"); r.WriteHeader(http.StatusFound) },
			"always restarting":  func(r http.ResponseWriter) { http.Error(r, "", http.StatusBadGateway) },
		} {
			w.customers.answers(instead)
			w.unchanged([]kittest.Case{place(name)})
		}
		var failed atomic.Bool
		w.customers.answers(func(r http.ResponseWriter) {
			if failed.Swap(true) {
				reply(r, acme)
				return
			}
			http.Error(r, "", http.StatusServiceUnavailable)
		})
		w.place(item(1, 1)) // one that restarts is asked again
		w.customers.answers(nil)
		w.customers.away()
		w.unchanged([]kittest.Case{place("away")})
		w.customers.back()
		w.place(item(1, 1))
	})
}

// TestCustomersAPIIsSlow: the call has a time-out, and ends the request within its own.
func TestCustomersAPIIsSlow(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), func(*Settings) {})
	w.stock("BOLT-8", 250, 10)
	gone := make(chan struct{})
	w.customers.whenAsked(func() { <-gone })
	began := time.Now()
	w.unchanged([]kittest.Case{{Path: "/orders", As: kittest.ServiceToken, Body: orderOf(item(1, 1)), Status: 503, Code: "CUSTOMERS_UNAVAILABLE"}})
	require.Less(t, time.Since(began), 8*time.Second)
	close(gone)
	w.customers.whenAsked(nil)
	w.place(item(1, 1))
}
