package orders

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/kit/kittest"
)

func TestUndoingAConfirmation(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		placed := w.place(item(1, 3))
		confirmed := w.confirm(1)
		undone := w.undo(1)
		require.Equal(w.t, Created, undone.Status)
		require.Nil(w.t, undone.ConfirmedAt)
		require.EqualValues(w.t, 3, undone.Version)
		require.Equal(w.t, placed.AllowedActions, undone.AllowedActions)
		require.Equal(w.t, placed.BlockedActions, undone.BlockedActions)
		require.Equal(w.t, undone, w.get(1))
		require.Equal(w.t, []string{"INITIAL +10 -> 10", "ORDER -3 -> 7"}, w.moved(1), "no stock has moved")
		require.Equal(w.t, []string{"created", "confirmed", "confirmation_undone"}, w.told("/orders/1"))
		told := w.events("/orders/1")[0]
		require.Equal(w.t, event{
			Version: 3, Action: "confirmation_undone", Actor: "operator:2", ActorName: "Ana operator", Channel: "API", RequestID: told.RequestID,
			Changes: map[string]any{
				"status":       map[string]any{"old": "CONFIRMED", "new": "CREATED"},
				"confirmed_at": map[string]any{"old": confirmed.ConfirmedAt.UTC().Format(time.RFC3339Nano), "new": nil},
			},
		}, told)
		require.Equal(w.t, Confirmed, w.order(confirming(1, "once more", 200)).Status, "it can be confirmed again")
		require.Equal(w.t, Created, w.undo(1).Status, "and undone again")
		require.Equal(w.t, Canceled, w.cancel(1).Status)
		require.Equal(w.t, []string{"created", "confirmed", "confirmation_undone", "confirmed", "confirmation_undone", "canceled"}, w.told("/orders/1"))
	})
}

func TestUndoingACancellation(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		w.stock("NUT-8", 99, 10)
		w.place(item(2, 4), item(1, 3))
		w.order(kittest.Case{Path: "/orders/1/cancel", Body: `{"reason":"PRICING_ERROR","note":"Too cheap"}`, Status: 200})
		w.editProduct(2, `{"archived":true}`) // which sells no more of it, and was ordered before
		undone := w.undo(1)
		require.Equal(w.t, Created, undone.Status)
		require.Nil(w.t, undone.CanceledAt)
		require.Nil(w.t, undone.CancelReason)
		require.Empty(w.t, undone.CancelNote)
		require.Equal(w.t, []string{"INITIAL +10 -> 10", "ORDER -3 -> 7", "CANCEL +3 -> 10", "UNDO -3 -> 7"}, w.moved(1))
		require.Equal(w.t, []string{"INITIAL +10 -> 10", "ORDER -4 -> 6", "CANCEL +4 -> 10", "UNDO -4 -> 6"}, w.moved(2))
		require.Equal(w.t, map[string]any{"old": "Too cheap", "new": ""}, w.events("/orders/1")[0].Changes["cancel_note"])

		confirmed := w.confirm(1)
		w.cancel(1)
		undone = w.undo(1)
		require.Equal(w.t, Confirmed, undone.Status, "one arrow back")
		require.Equal(w.t, confirmed.ConfirmedAt, undone.ConfirmedAt)
		require.Equal(w.t, []Action{Cancel}, undone.AllowedActions, "one step is undone, not two")
		require.Equal(w.t, Confirmed, w.undo(1).Status)
		require.Equal(w.t, []string{"created", "canceled", "cancellation_undone", "confirmed", "canceled", "cancellation_undone"}, w.told("/orders/1"))
		require.EqualValues(w.t, 7, w.product(1).Stock)
	})
}

// TestUndoingIsAskedForTwice: under the same key it is answered as it was, under another as the order is; it happens once.
func TestUndoingIsAskedForTwice(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		w.place(item(1, 3))
		w.cancel(1)
		first := w.Do(w.t, as(w.operator, keyed(undoing(1, 200), "k")))
		require.Equal(w.t, `"3"`, first.Header.Get("ETag"))
		w.confirm(1)
		again := w.Do(w.t, as(w.operator, keyed(undoing(1, 200), "k")))
		require.Equal(w.t, "true", again.Header.Get("Idempotent-Replayed"))
		require.Equal(w.t, string(first.Body), string(again.Body))
		require.Equal(w.t, Confirmed, w.get(1).Status, "what came after it stays")
		reused := as(w.operator, keyed(confirming(1, "", 422), "k"))
		reused.Code = "IDEMPOTENCY_KEY_REUSED"
		w.unchanged([]kittest.Case{reused})

		undone := w.undo(1)
		for _, token := range []string{w.operator, w.manager} {
			one := as(token, undoing(1, 200))
			require.Equal(w.t, undone, w.order(one), "asking for what is already so answers it as it is")
		}
		require.Equal(w.t, []string{"created", "canceled", "cancellation_undone", "confirmed", "confirmation_undone"}, w.told("/orders/1"))
		require.Equal(w.t, []string{"INITIAL +10 -> 10", "ORDER -3 -> 7", "CANCEL +3 -> 10", "UNDO -3 -> 7"}, w.moved(1))
	})
}

// refusedUndo is a refusal to undo, with its reason.
func refusedUndo(name, token string, id int64, reason string) kittest.Case {
	one := as(token, undoing(id, 409))
	one.Name, one.Code, one.Fields = name, "ORDER_NOT_UNDOABLE", []string{"status:" + reason}
	one.Check = func(t *testing.T, r *kittest.Response) { require.Equal(t, reason, refusalOf(t, r).Reason) }
	return one
}

func TestWhatIsNotUndone(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		for range 6 {
			w.place(item(1, 3))
		}
		missing := as(w.operator, undoing(99, 404))
		missing.Code = "NOT_FOUND"
		w.unchanged([]kittest.Case{missing, refusedUndo("nothing yet", w.operator, 1, "NOTHING_TO_UNDO")})

		w.confirm(2)
		w.cancel(3)
		stale := as(w.operator, undoing(2, 412))
		stale.Header, stale.Code = headers("If-Match", `"1"`), "VERSION_MISMATCH"
		odd := as(w.operator, undoing(2, 400))
		odd.Header, odd.Code = headers("If-Match", "2"), "IF_MATCH_INVALID"
		service := as(kittest.ServiceToken, undoing(2, 403))
		service.Header = headers("X-On-Behalf-Of", "operator:2")
		w.unchanged([]kittest.Case{
			refusedUndo("another's confirmation", w.manager, 2, "UNDO_NOT_YOURS"),
			refusedUndo("another's cancellation", w.manager, 3, "UNDO_NOT_YOURS"),
			stale, odd, service, as(w.viewer, undoing(2, 403)),
		})
		require.Equal(w.t, []Action{Cancel}, w.order(kittest.Case{Path: "/orders/2", As: w.manager, Status: 200}).AllowedActions)
		require.Equal(w.t, []Action{Cancel, Undo}, w.get(2).AllowedActions)

		w.order(kittest.Case{Method: "PATCH", Path: "/orders/2", Body: `{"note":"x"}`, Header: headers("If-Match", "*"), Status: 200})
		w.unchanged([]kittest.Case{refusedUndo("followed by a note", w.operator, 2, "UNDO_FOLLOWED")})

		w.confirm(4)
		w.clock.Pass(80 * time.Hour)
		require.EqualValues(w.t, 3, w.expire(Rules{OrderTTL: 72 * time.Hour}, w.db))
		w.unchanged([]kittest.Case{refusedUndo("the sweeper's", w.operator, 5, "UNDO_NOT_YOURS")})
	})
}

// TestTooLateToUndo: the window, to the moment; the refusal says when it passed, in the reader's language.
func TestTooLateToUndo(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		w.place(item(1, 3))
		w.place(item(1, 3))
		w.confirm(1)
		canceled := w.cancel(2)
		w.clock.Pass(50 * time.Second)
		require.Equal(w.t, Created, w.undo(1).Status, "within the window")
		w.clock.Pass(10 * time.Second)
		ended := canceled.CanceledAt.Add(time.Minute).Format(time.RFC3339)
		late := refusedUndo("too late", w.operator, 2, "UNDO_WINDOW_PASSED")
		late.Header = headers("Accept-Language", "es")
		late.Check = func(t *testing.T, r *kittest.Response) {
			require.Equal(t, refused{Reason: "UNDO_WINDOW_PASSED", PassedAt: ended}, refusalOf(t, r))
			require.Equal(t, "El último paso de este pedido no se puede deshacer.", r.Problem(t).Detail)
			require.Contains(t, r.Problem(t).Errors[0].Detail, ended)
		}
		w.unchanged([]kittest.Case{late})
		require.Equal(w.t, "UNDO_WINDOW_PASSED", w.get(2).BlockedActions[2].Code)
		require.Equal(w.t, Created, w.undo(1).Status, "what is undone is undone, also after it")
	})
}

// TestUndoingACancellationOfWhatIsSold: every short line is named, and nothing changes.
func TestUndoingACancellationOfWhatIsSold(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		w.stock("NUT-8", 99, 10)
		w.stock("RING-8", 99, 10)
		w.place(item(3, 8), item(1, 5), item(2, 6))
		w.cancel(1)
		w.place(item(3, 3), item(2, 5))
		short := as(w.operator, undoing(1, 409))
		short.Code, short.Fields = "INSUFFICIENT_STOCK", []string{"items[0]:INSUFFICIENT_STOCK", "items[2]:INSUFFICIENT_STOCK"}
		short.Check = func(t *testing.T, r *kittest.Response) {
			require.Equal(t, []shortLine{{3, "RING-8", 8, 7}, {2, "NUT-8", 6, 5}}, refusalOf(t, r).Short)
		}
		w.unchanged([]kittest.Case{short})
		w.cancel(2)
		require.Equal(w.t, Created, w.undo(1).Status, "it is there again")
	})
}

// TestUndoTogether: the same operator at two replicas, many times at once, under keys of their own and shared ones. It is
// undone once, and its stock is taken once.
func TestUndoTogether(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		servers := []*kittest.Server{w.Server, w.replica()}
		for id := int64(1); id <= 6; id++ {
			w.place(item(1, 5))
			w.cancel(id)
			cases := times(4, as(w.operator, keyed(undoing(id, 0), fmt.Sprint("shared ", id))))
			for i := range 4 {
				cases = append(cases, as(w.operator, keyed(undoing(id, 0), fmt.Sprintf("own %d %d", id, i))))
			}
			require.Equal(w.t, map[int]int{200: 8}, statuses(w.together(servers, cases)))
			require.Equal(w.t, []string{"created", "canceled", "cancellation_undone"}, w.told(orderPath(id, "")))
		}
		require.EqualValues(w.t, 100-6*5, w.product(1).Stock)
	})
}

// TestUndoAndOthersTogether: while one undoes, another confirms, cancels, or buys what would be taken again. Whoever comes
// first, each change is made once and the stock is sold once.
func TestUndoAndOthersTogether(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 5)
		servers := []*kittest.Server{w.Server, w.replica()}
		for id := int64(1); id <= 6; id++ {
			order := w.place(item(1, 5)).ID
			w.cancel(order)
			buy := as(w.manager, kittest.Case{Path: "/orders", Body: orderOf(item(1, 1))})
			answers := w.together(servers, []kittest.Case{as(w.operator, undoing(order, 0)), buy})
			require.Contains(w.t, [][]int{{200, 409}, {409, 201}}, []int{answers[0].status, answers[1].status}, "%v", answers)
			w.giveUp()
		}
		order := w.place(item(1, 5)).ID
		for i := range 6 {
			w.order(confirming(order, fmt.Sprint("first ", i), 200))
			answers := w.together(servers, []kittest.Case{
				as(w.operator, undoing(order, 0)), as(w.manager, canceling(order, 0)), as(w.operator, confirming(order, fmt.Sprint("c ", i), 0)),
			})
			for _, a := range answers {
				require.Contains(w.t, []int{200, 409}, a.status, a.body)
			}
			w.checkInvariants()
			if w.get(order).Status == Canceled {
				order = w.place(item(1, 5)).ID
			}
		}
	})
}

// giveUp cancels every order that is not yet.
func (w *world) giveUp() {
	w.t.Helper()
	var open []Order
	require.NoError(w.t, w.db.Read(w.t.Context()).Where("status <> ?", Canceled).Find(&open).Error)
	for _, o := range open {
		w.cancel(o.ID)
	}
}

// TestUndoingWhatWasDoneThroughAService: who stands behind a service's call is who may undo it.
func TestUndoingWhatWasDoneThroughAService(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		w.place(item(1, 3))
		confirm := as(kittest.ServiceToken, confirming(1, "c", 200))
		confirm.Header["X-On-Behalf-Of"], confirm.Header["X-Channel"] = "operator:2", "LAMBDA"
		require.Equal(w.t, []Action{Cancel}, w.order(confirm).AllowedActions, "the service itself may not")
		w.unchanged([]kittest.Case{refusedUndo("another operator", w.manager, 1, "UNDO_NOT_YOURS")})
		require.Equal(w.t, Created, w.undo(1).Status)
	})
}
