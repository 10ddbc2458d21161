package orders

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/kit"
	"b2b.example/kit/kittest"
)

// keyed gives a case a key.
func keyed(one kittest.Case, key string) kittest.Case {
	header := headers("Idempotency-Key", key)
	for name, value := range one.Header {
		if name != "Idempotency-Key" {
			header[name] = value
		}
	}
	one.Header = header
	return one
}

// placing is a request for so many pieces of product 1.
func placing(w *world, qty int64) kittest.Case {
	return kittest.Case{Path: "/orders", As: w.operator, Body: orderOf(item(1, qty)), Status: 201}
}

// replay sends a request again, and holds that its answer is the first one's, byte for byte, and that nothing happens.
func (w *world) replay(one kittest.Case, first *kittest.Response) {
	w.t.Helper()
	before := w.tables()
	again := w.Do(w.t, one)
	require.Equal(w.t, string(first.Body), string(again.Body))
	require.Equal(w.t, "true", again.Header.Get("Idempotent-Replayed"))
	for _, name := range []string{"Content-Type", "ETag", "Location"} {
		require.Equal(w.t, first.Header.Get(name), again.Header.Get(name), name)
	}
	require.Equal(w.t, before, w.tables())
}

// TestKeysOfEveryWrite: every write that answered 2xx answers the same again, whatever has happened since.
func TestKeysOfEveryWrite(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		writes := []kittest.Case{
			{Path: "/products", As: w.manager, Body: `{"sku":"NUT-8","name":"Nut","price_cents":1}`, Status: 201},
			{Method: "PATCH", Path: "/products/1", As: w.manager, Body: `{"stock":90}`, Header: headers("If-Match", "*"), Status: 200},
			{Path: "/products/1/stock-adjustments", As: w.manager, Body: `{"delta":5,"note":"found"}`, Status: 200},
			placing(w, 3),
			{Method: "PATCH", Path: "/orders/1", As: w.operator, Body: `{"note":"x"}`, Header: headers("If-Match", `"1"`), Status: 200},
			as(w.operator, confirming(1, "", 200)),
			as(w.operator, confirming(1, "", 200)), // changes nothing, and is stored all the same
			as(w.operator, canceling(1, 200)),
			as(w.operator, canceling(1, 200)),
		}
		firsts := make([]*kittest.Response, len(writes))
		for i, one := range writes {
			firsts[i] = w.Do(w.t, keyed(one, fmt.Sprintf("k %d", i)))
			require.Empty(w.t, firsts[i].Header.Get("Idempotent-Replayed"))
		}
		require.EqualValues(w.t, 95, w.product(1).Stock)
		for i, one := range writes {
			again := keyed(one, fmt.Sprintf(`"k %d"`, i)) // quoted and bare are one
			if i%2 == 0 {
				again.Header["X-Idempotency-Key"], again.Header["If-Match"] = fmt.Sprintf("k %d", i), "no version"
				delete(again.Header, "Idempotency-Key")
			}
			w.replay(again, firsts[i])
		}
		require.Equal(w.t, []string{"created", "updated", "confirmed", "canceled"}, w.told("/orders/1"))
		require.Equal(w.t, []string{"INITIAL +100 -> 100", "ADJUSTMENT -10 -> 90", "ADJUSTMENT +5 -> 95", "ORDER -3 -> 92", "CANCEL +3 -> 95"}, w.moved(1))
	})
}

func TestAKeyOfAnotherRequestIsRefused(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		first := w.Do(w.t, keyed(placing(w, 3), "k"))
		w.place(item(1, 1))
		w.order(confirming(1, "c", 200))
		reused := func(name string, one kittest.Case) kittest.Case {
			one.Name, one.Status, one.Code, one.Fields = name, 422, "IDEMPOTENCY_KEY_REUSED", nil
			return one
		}
		spaced := keyed(placing(w, 3), "k")
		spaced.Body += " "
		w.unchanged([]kittest.Case{
			reused("another quantity", keyed(placing(w, 4), "k")),
			reused("another spelling", spaced),
			reused("another operation", as(w.operator, keyed(canceling(1, 0), "k"))),
			reused("a confirmation of another order", as(w.operator, confirming(2, "c", 0))),
			reused("a cancellation of the same", as(w.operator, keyed(canceling(1, 0), "c"))),
			reused("another method", kittest.Case{
				Method: "PATCH", Path: "/orders/1", As: w.operator, Body: `{}`, Header: headers("Idempotency-Key", "k", "If-Match", "*"),
			}),
			reused("before anything about the request", keyed(kittest.Case{Path: "/orders", As: w.operator, Body: orderOf(item(99, 1))}, "k")),
		})
		w.replay(keyed(placing(w, 3), "k"), first)
		require.EqualValues(w.t, 96, w.product(1).Stock)
	})
}

func TestKeysBelongToTheirCaller(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		other, again := w.employ(9, kit.Operator), "other-"+kittest.ServiceToken
		for i, token := range []string{w.operator, other, w.manager, kittest.ServiceToken, again} {
			placed := w.Do(w.t, as(token, keyed(placing(w, 1), "k")))
			require.Equal(w.t, fmt.Sprintf("/orders/%d", i+1), placed.Header.Get("Location"))
		}
		for _, key := range []string{"K", "k.", "ḱ", "k\u00a0k", strings.Repeat("k", 255)} {
			require.Empty(w.t, w.Do(w.t, keyed(placing(w, 1), key)).Header.Get("Idempotent-Replayed"), "keys are bytes")
		}
		behalf := keyed(placing(w, 1), "k")
		behalf.Header["X-On-Behalf-Of"] = "operator:2"
		replayed := w.Do(w.t, as(kittest.ServiceToken, behalf))
		require.Equal(w.t, "/orders/4", replayed.Header.Get("Location"), "whom a service acts for changes nothing about its keys")
	})
}

func TestARefusalKeepsNoKey(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 2)
		short := keyed(placing(w, 3), "k")
		short.Status, short.Code = 409, "INSUFFICIENT_STOCK"
		nobody := keyed(kittest.Case{Path: "/orders", As: w.operator, Status: 422, Code: "CUSTOMER_NOT_FOUND",
			Body: strings.Replace(orderOf(item(1, 1)), `"customer_id":1`, `"customer_id":2`, 1)}, "k-2")
		w.unchanged([]kittest.Case{short, nobody})
		w.editProduct(1, `{"stock":4}`)
		w.customers.set(Customer{ID: 2, Name: "New", Email: "new@x.test"})
		placed := w.Do(w.t, keyed(placing(w, 3), "k"))
		nobody.Status, nobody.Code = 201, ""
		w.Do(w.t, nobody)
		w.replay(keyed(placing(w, 3), "k"), placed)

		w.cancel(1)
		refused := as(w.operator, confirming(1, "c", 409))
		w.unchanged([]kittest.Case{refused, refused})
		require.Equal(w.t, Confirmed, w.order(confirming(2, "c", 200)).Status, "so its key is free for another request")
	})
}

// TestOneKeyTwentyTimesAtOnce: on one replica and on two, one effect and twenty equal answers.
func TestOneKeyTwentyTimesAtOnce(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 1000)
		servers := []*kittest.Server{w.Server, w.replica()}
		for n := 1; n <= 2; n++ {
			placed := w.together(servers[:n], times(20, keyed(placing(w, 7), fmt.Sprintf("place %d", n))))
			w.same(placed, 201)
			id := int64(n)
			w.same(w.together(servers[:n], times(20, as(w.operator, confirming(id, fmt.Sprintf("confirm %d", n), 200)))), 200)
			w.same(w.together(servers[:n], times(20, as(w.operator, keyed(canceling(id, 200), fmt.Sprintf("cancel %d", n))))), 200)
			adjust := kittest.Case{Path: "/products/1/stock-adjustments", As: w.manager, Body: `{"delta":1,"note":"x"}`}
			w.same(w.together(servers[:n], times(20, keyed(adjust, fmt.Sprintf("adjust %d", n)))), 200)
			require.Equal(w.t, []string{"created", "confirmed", "canceled"}, w.told(orderPath(id, "")))
			require.EqualValues(w.t, 1000+n, w.product(1).Stock)
		}
		require.EqualValues(w.t, 2, w.count("orders", "1 = 1"))
	})
}

// same holds that all answers are one, given once and replayed to all others.
func (w *world) same(answers []answer, status int) {
	w.t.Helper()
	replayed := 0
	for _, a := range answers {
		require.Equal(w.t, status, a.status, a.body)
		require.Equal(w.t, answers[0].body, a.body)
		require.Equal(w.t, answers[0].header.Get("ETag"), a.header.Get("ETag"))
		if a.header.Get("Idempotent-Replayed") == "true" {
			replayed++
		}
	}
	require.Equal(w.t, len(answers)-1, replayed)
}

// TestARetryNeedsNoCustomersAPI: its answer is known, whatever the customer has become.
func TestARetryNeedsNoCustomersAPI(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		first := w.Do(w.t, keyed(placing(w, 3), "k"))
		w.customers.set(Customer{ID: 1})
		w.replay(keyed(placing(w, 3), "k"), first)
		w.customers.answers(func(r http.ResponseWriter) { http.Error(r, "boom", http.StatusInternalServerError) })
		w.replay(keyed(placing(w, 3), "k"), first)
		w.editProduct(1, `{"archived":true}`)
		w.customers.away()
		w.replay(keyed(placing(w, 3), "k"), first)
		reused := keyed(placing(w, 4), "k")
		reused.Status, reused.Code = 422, "IDEMPOTENCY_KEY_REUSED"
		fresh := keyed(placing(w, 3), "k-2")
		fresh.Status, fresh.Code = 503, "CUSTOMERS_UNAVAILABLE"
		w.unchanged([]kittest.Case{reused, fresh})
	})
}

// TestLateRetries come when the stored answer has been swept: they get the target as it is now, and have no effect.
func TestLateRetries(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		first := w.Do(w.t, keyed(placing(w, 3), "k"))
		w.order(confirming(1, "c", 200))
		w.place(item(1, 1)) // under a key of the server's own
		w.clock.Pass(25 * time.Hour)
		swept, err := w.db.SweepAnswers(w.t.Context(), 24*time.Hour)
		require.NoError(w.t, err)
		require.EqualValues(w.t, 4, swept)
		require.EqualValues(w.t, 2, w.count("idempotency_keys", "1 = 1"), "clients' keys stay for ever")

		before := w.tables()
		late := w.Do(w.t, keyed(placing(w, 3), "k"))
		require.Equal(w.t, "true", late.Header.Get("Idempotent-Replayed"))
		require.Equal(w.t, `"2"`, late.Header.Get("ETag"))
		require.Contains(w.t, string(late.Body), `"status":"CONFIRMED"`)
		require.NotEqual(w.t, first.Body, late.Body)
		require.Equal(w.t, Confirmed, w.order(confirming(1, "c", 200)).Status)
		require.Equal(w.t, before, w.tables())
		reused := keyed(placing(w, 4), "k")
		reused.Status = 422
		w.unchanged([]kittest.Case{reused, as(w.operator, confirming(2, "c", 422))})
	})
}
