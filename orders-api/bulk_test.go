package orders

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/db"
	"b2b.example/kit/fault"
	"b2b.example/kit/kittest"
)

// worker is the bulk runs' worker of a process that has the database open.
func (w *world) worker(d *db.DB) *bulkWorker {
	rules := Rules{CancelWindow: w.settings.CancelWindow, UndoWindow: w.settings.UndoWindow, OrderTTL: w.settings.OrderTTL}
	return newBulkWorker(d, rules, slog.New(slog.NewJSONHandler(w.log, nil)))
}

// workOff works off all bulk runs that there are.
func (w *world) workOff() {
	w.t.Helper()
	worker := w.worker(w.db)
	for did := true; did; {
		var err error
		did, err = worker.step(w.t.Context())
		require.NoError(w.t, err)
	}
	require.Zero(w.t, w.count("bulk_runs", "ended_at IS NULL"))
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)

// form are the hidden fields of the form of a new run.
func (s screen) form(t *testing.T) url.Values {
	t.Helper()
	_, form, found := strings.Cut(s.html, `<form method="post" action="/backoffice/bulk-runs/new"`)
	require.True(t, found, s.text())
	values := url.Values{}
	for _, one := range hidden.FindAllStringSubmatch(form, -1) {
		values.Add(one[1], strings.ReplaceAll(one[2], "&amp;", "&"))
	}
	return values
}

// ask is the page that tells what a run would do; chosen says with which orders.
func (b *browser) ask(action, chosen string) screen {
	b.w.t.Helper()
	s := b.get(bulkRuns + "/new?action=" + action + "&" + chosen)
	require.Equal(b.w.t, http.StatusOK, s.status, s.text())
	return s
}

// run asks for a run, begins it and gives its address.
func (b *browser) run(action, chosen string) string {
	b.w.t.Helper()
	form := b.ask(action, chosen).form(b.w.t)
	if action == "cancel" {
		form.Set("reason", "DUPLICATE")
	}
	begun := b.post(bulkRuns+"/new", form)
	require.Equal(b.w.t, http.StatusSeeOther, begun.status, begun.text())
	return begun.header.Get("Location")
}

// became are the orders of a run: each with its outcome and code.
func (w *world) became(run int64) (told []string) {
	w.t.Helper()
	var rows []bulkOrder
	require.NoError(w.t, w.db.Read(w.t.Context()).Where("run_id = ?", run).Order("order_id").Find(&rows).Error)
	for _, o := range rows {
		told = append(told, strings.TrimSpace(fmt.Sprintf("%d %s %s", o.OrderID, o.Outcome, o.Code)))
	}
	return told
}

// placeAll places so many orders of one product that there is enough of.
func (w *world) placeAll(n int) {
	w.t.Helper()
	w.stock("BOLT-8", 250, 100_000)
	w.placeMany(n, 1)
}

// TestBulkConfirm: what would be done is told before; what is done is told after, each order with its event; sent again it
// is one run, and run again it changes nothing.
func TestBulkConfirm(t *testing.T) {
	eachIdle(t, func(w *world) {
		t := w.t
		w.placeAll(6)
		w.confirm(2)
		w.cancel(3)
		ana := w.browse(2)
		asked := ana.ask("confirm", "filter=")
		require.Regexp(t, `Confirm 6 orders\?.* 4 will be confirmed \$10\.00 in all .*1 cannot It is canceled\. 3 .*1 already is It is confirmed already\. 2`, asked.text())
		form := asked.form(t)
		w.placeMany(1, 1) // nobody has seen this one
		for range 3 {
			begun := ana.post(bulkRuns+"/new", form)
			require.Equal(t, bulkRunURL(1), begun.header.Get("Location"), begun.text())
		}
		other := url.Values{"action": {"cancel"}, "reason": {"FRAUD"}, "key": form["key"], "filter": {""}}
		require.Contains(t, ana.follow(ana.post(bulkRuns+"/new", other)).text(), "This form has begun this run before.")
		require.EqualValues(t, 1, w.count("bulk_runs", "1 = 1"))
		going := ana.get(bulkRunURL(1))
		require.Regexp(t, `Confirm 6 orders Running .*0 of 6 orders · started by Ana operator today`, going.text())
		require.Contains(t, going.html, `hx-trigger="every 1s"`)

		w.workOff()
		ended := ana.get(bulkRunURL(1))
		require.Regexp(t, `Confirm 6 orders Finished .*Confirmed 4 \$10\.00 in all Skipped 1 .*Failed 1 .*3 Canceled ACME Ltd It is canceled\.`, ended.text())
		require.NotContains(t, ended.html, "hx-trigger")
		require.Regexp(t, `2 Confirmed ACME Ltd It is confirmed already\.`, ana.get(bulkRunURL(1)+"?outcome=skipped").text())
		require.Equal(t, []string{"1 DONE", "2 SKIPPED ORDER_IS_CONFIRMED", "3 FAILED ORDER_IS_CANCELED", "4 DONE", "5 DONE", "6 DONE"}, w.became(1))
		told := w.events("/orders/4")[0]
		require.Equal(t, []string{"confirmed", "operator:2", "Ana operator", "UI"}, []string{told.Action, told.Actor, told.ActorName, told.Channel})
		var run BulkRun
		require.NoError(t, w.db.Read(t.Context()).Take(&run).Error)
		require.Equal(t, run.RequestID, told.RequestID)
		require.Equal(t, Created, w.get(7).Status)

		before := w.tables()["orders"]
		ana.run("confirm", "filter=&newest=6")
		w.workOff()
		require.Equal(t, before, w.tables()["orders"], "run again, it changes nothing")
		require.Len(t, w.told("/orders/4"), 2)
		require.Equal(t, http.StatusSeeOther, ana.get(bulkRunURL(1)+"/undo").status, "its address leads to the run")
	})
}

// TestBulkCancel: a reason is asked for; stock goes back exactly once; what is too late says so.
func TestBulkCancel(t *testing.T) {
	eachIdle(t, func(w *world) {
		t := w.t
		w.placeAll(4)
		w.confirm(1)
		w.clock.Pass(11 * time.Minute)
		w.confirm(2)
		ana := w.browse(2)
		asked := ana.ask("cancel", "order=1&order=2&order=3")
		require.Regexp(t, `2 will be canceled \$5\.00 in all · returns 2 units to stock 2\x{a0}×\x{a0}BOLT-8 1 cannot It was confirmed more than 10 min ago\. 1`, asked.text())
		form := asked.form(t)
		missing := ana.post(bulkRuns+"/new", form)
		require.Equal(t, http.StatusUnprocessableEntity, missing.status)
		require.Contains(t, missing.text(), "Choose a reason.")
		require.Equal(t, form, missing.form(t), "it is the same request")
		form.Set("reason", "PRICING_ERROR")
		form.Set("note", "All too cheap")
		ana.post(bulkRuns+"/new", form)
		w.workOff()
		require.Equal(t, []string{"1 FAILED CANCEL_WINDOW_PASSED", "2 DONE", "3 DONE"}, w.became(1))
		require.EqualValues(t, 100_000-2, w.product(1).Stock)
		got := w.get(3)
		require.Equal(t, "PRICING_ERROR", *got.CancelReason)
		require.Equal(t, "All too cheap", got.CancelNote)
		page := ana.get(bulkRunURL(1)).text()
		require.Regexp(t, `chosen one by one · Pricing error .*It was confirmed more than 10 min ago\.`, page)
	})
}

// TestBulkOrdersMovedMeanwhile: what somebody else did between the question and the run, or during it, is told as it is.
func TestBulkOrdersMovedMeanwhile(t *testing.T) {
	eachIdle(t, func(w *world) {
		t := w.t
		w.placeAll(4)
		ana := w.browse(2)
		form := ana.ask("confirm", "order=1&order=2&order=3&order=4").form(t)
		w.confirm(1)
		ana.post(bulkRuns+"/new", form)
		w.cancel(2)
		w.workOff()
		require.Equal(t, []string{"1 SKIPPED ORDER_IS_CONFIRMED", "2 FAILED ORDER_IS_CANCELED", "3 DONE", "4 DONE"}, w.became(1))
		require.Len(t, w.told("/orders/1"), 2)
	})
}

// TestBulkChoices: a view and filters choose what their lists show; what can't be read is refused, and nothing is begun.
func TestBulkChoices(t *testing.T) {
	eachIdle(t, func(w *world) {
		t := w.t
		w.placeAll(25)
		w.confirm(1)
		ana := w.browse(2)
		require.Contains(t, ana.get(home+"/orders?status=CREATED").text(), "Select all 24 matching")
		require.Contains(t, ana.get(home+"/orders?search=acme").text(), "Select all that match")
		all := ana.get(home + "/orders?status=CREATED&select=all")
		require.Contains(t, all.text(), "All 24 matching selected")
		require.Contains(t, all.html, `<input type="hidden" name="filter" value="status=CREATED">`)
		require.Contains(t, ana.ask("confirm", "filter=status%3DCREATED").text(), "24 orders: Status Created")
		require.Contains(t, ana.ask("confirm", "filter=view%3Dexpiring").text(), "Confirm 0 orders?")
		require.Contains(t, ana.ask("confirm", "filter=search%3Dacme%26customer_id%3D1").text(), "25 orders: “acme”, Customer #1")
		file := ana.get(bulkRuns + "/new?action=export&order=3&order=5")
		require.Equal(t, 3, strings.Count(file.html, "\r\n"), file.html)
		require.Contains(t, file.header.Get("Content-Disposition"), "orders-")
		for _, bad := range []string{
			"action=confirm", "action=undo&order=1", "order=1", "action=confirm&order=x", "action=confirm&order=0", "action=confirm&filter=nonsense%3D1",
			"action=confirm&filter=status%3DNONE", "action=confirm&order=1&newest=x", "action=confirm&" + strings.Repeat("order=1&", 101),
		} {
			require.Equal(t, http.StatusBadRequest, ana.get(bulkRuns+"/new?"+bad).status, bad)
		}
		for _, bad := range []string{"?outcome=pending", "?sort=id", "?cursor=x"} {
			ana.run("confirm", "order=25")
			require.Equal(t, http.StatusBadRequest, ana.get(bulkRunURL(1)+bad).status, bad)
		}
		require.Equal(t, http.StatusNotFound, ana.get(bulkRunURL(99)).status)
		require.Equal(t, http.StatusNotFound, ana.post(bulkRunURL(99)+"/undo", fields("key", "k")).status)
		require.Equal(t, http.StatusBadRequest, ana.post(bulkRuns+"/new", fields("action", "confirm", "filter", "")).status, "without a key")
		w.workOff()
	})
}

// TestBulkOfASearch: what was found is chosen, and nothing else.
func TestBulkOfASearch(t *testing.T) {
	eachIdle(t, func(w *world) {
		w.placeAll(3)
		ana := w.browse(2)
		require.Contains(w.t, ana.ask("confirm", "filter=search%3D2").text(), "Confirm 1 order?")
		ana.run("confirm", "filter=search%3D2")
		w.workOff()
		require.Equal(w.t, []string{"2 DONE"}, w.became(1))
		require.EqualValues(w.t, 1, w.count("orders", "status = ?", Confirmed))
	})
}

// TestBulkTooMany: one run takes a bounded number of orders, the newest, and the page says so.
func TestBulkTooMany(t *testing.T) {
	eachIdle(t, func(w *world) {
		t := w.t
		w.placeAll(1)
		doubled := "INSERT INTO orders (customer_id, customer_name, customer_name_key, customer_email, customer_email_key, customer_phone, customer_tax_id, " +
			"reference, reference_key, status, units, total_cents, note, cancel_note, version, created_at, updated_at) SELECT customer_id, customer_name, " +
			"customer_name_key, customer_email, customer_email_key, customer_phone, customer_tax_id, reference, reference_key, status, units, total_cents, note, " +
			"cancel_note, version, created_at, updated_at FROM orders"
		for range 14 {
			w.exec(doubled)
		}
		ana := w.browse(2)
		asked := ana.ask("confirm", "filter=")
		require.Contains(t, asked.text(), "One run takes 10,000 orders at most. More match: these are the newest.")
		require.Contains(t, asked.text(), "10,000 will be confirmed")
		ana.post(bulkRuns+"/new", asked.form(t))
		require.EqualValues(t, 10_000, w.count("bulk_run_orders", "order_id > ?", w.count("orders", "1 = 1")-10_000))
		require.EqualValues(t, 10_000, w.count("bulk_run_orders", "1 = 1"))
		for _, table := range []string{"orders WHERE id > 1", "bulk_run_orders", "bulk_runs", "events WHERE entity_type = 'bulk_run'"} {
			w.exec("DELETE FROM " + table)
		}
	})
}

// TestBulkWorkersTogether: two replicas work at the same runs at once, and each order is moved once.
func TestBulkWorkersTogether(t *testing.T) {
	eachIdle(t, func(w *world) {
		t := w.t
		w.placeAll(60)
		ana, boss := w.browse(2), w.browse(3)
		ana.run("confirm", "filter=")
		boss.run("confirm", "filter=")
		second := w.db
		if w.db.Dialect() != db.SQLite {
			second = w.open()
		}
		var both sync.WaitGroup
		for _, d := range []*db.DB{w.db, second} {
			worker := w.worker(d)
			both.Go(func() {
				for idle := 0; idle < 20; idle++ {
					did, err := worker.step(t.Context())
					if err != nil && fault.Of(err).Kind != fault.Unavailable {
						t.Error(err)
					}
					if did {
						idle = 0
					}
				}
			})
		}
		both.Wait()
		w.workOff()
		require.EqualValues(t, 60, w.count("events", "action = 'confirmed'"))
		require.EqualValues(t, 60, w.count("bulk_run_orders", "outcome = ?", Done))
		require.EqualValues(t, 60, w.count("bulk_run_orders", "outcome = ?", Skipped))
	})
}

// TestBulkGoesOnAfterWhatGoesWrong: an order whose change cannot be written is told of, and no other waits for it; it can be
// tried again.
func TestBulkGoesOnAfterWhatGoesWrong(t *testing.T) {
	eachIdle(t, func(w *world) {
		t := w.t
		w.placeAll(3)
		ana := w.browse(2)
		ana.run("confirm", "filter=")
		w.exec("INSERT INTO events (entity_type, entity_id, entity_version, action, actor, actor_name, channel, request_id, changes, created_at) " +
			"SELECT 'order', 2, 2, 'updated', '', '', 'API', '', '{}', created_at FROM orders WHERE id = 2")
		w.workOff()
		require.Equal(t, []string{"1 DONE", "2 FAILED INTERNAL", "3 DONE"}, w.became(1))
		require.Contains(t, w.log.String(), "entity_version", "the log has the cause")
		failed := ana.get(bulkRunURL(1))
		require.Contains(t, failed.text(), "Something went wrong on our side; nothing was changed.")
		require.Contains(t, failed.text(), "Retry 1")
		require.Equal(t, Created, w.get(2).Status)
		w.exec("DELETE FROM events WHERE entity_id = 2 AND entity_type = 'order' AND action = 'updated'")
		for range 2 {
			again := ana.post(bulkRunURL(1)+"/retry", fields("key", failed.key(t)))
			require.Equal(t, bulkRunURL(2), again.header.Get("Location"))
		}
		w.workOff()
		require.Equal(t, []string{"2 DONE"}, w.became(2))
		require.Contains(t, ana.get(bulkRunURL(2)).text(), "what failed in run 1")
		require.Equal(t, bulkRunURL(2), ana.post(bulkRunURL(2)+"/retry", fields("key", "x")).header.Get("Location"), "nothing has failed in it")
	})
}

// TestBulkRetry: what a rule was against is tried again under the rules as they are then.
func TestBulkRetry(t *testing.T) {
	eachIdle(t, func(w *world) {
		t := w.t
		w.placeAll(3)
		w.cancel(1)
		w.cancel(2)
		ana := w.browse(2)
		ana.run("confirm", "filter=")
		w.workOff()
		w.undo(1)
		ana.post(bulkRunURL(1)+"/retry", fields("key", "again"))
		w.workOff()
		require.Equal(t, []string{"1 DONE", "2 FAILED ORDER_IS_CANCELED"}, w.became(2))
	})
}

// TestBulkUndo: who has begun a run undoes it within the window, which begins with its end: once, and only what is still as
// the run left it.
func TestBulkUndo(t *testing.T) {
	eachIdle(t, func(w *world) {
		t := w.t
		w.placeAll(6)
		ana, boss := w.browse(2), w.browse(3)
		ana.run("cancel", "filter=")
		w.clock.Pass(5 * time.Minute)
		w.workOff() // each order at its time, and the run ends only now
		require.EqualValues(t, 100_000, w.product(1).Stock)
		require.Contains(t, ana.get(bulkRunURL(1)).text(), "6 orders canceled until")
		require.NotContains(t, boss.get(bulkRunURL(1)).html, "/undo")
		theirs := boss.post(bulkRunURL(1)+"/undo", fields("key", "by-hand"))
		require.Equal(t, http.StatusConflict, theirs.status)
		require.Contains(t, theirs.text(), "This run cannot be undone. Only who started it can undo it.")

		w.clock.Pass(50 * time.Second)
		require.Equal(t, Created, w.undo(1).Status, "one of them, by itself")
		w.order(kittest.Case{Method: "PATCH", Path: "/orders/2", Body: `{"note":"x"}`, Header: headers("If-Match", "*"), Status: 200})
		w.undo(6)
		w.cancel(6) // which is no longer what the run did
		page := ana.get(bulkRunURL(1))
		for _, key := range []string{page.key(t), page.key(t), "another"} {
			require.Equal(t, bulkRunURL(2), ana.post(bulkRunURL(1)+"/undo", fields("key", key)).header.Get("Location"))
		}
		w.clock.Pass(time.Hour) // it was asked for in time, however long it takes
		w.workOff()
		require.Equal(t, []string{"1 SKIPPED NOTHING_TO_UNDO", "2 FAILED UNDO_FOLLOWED", "3 DONE", "4 DONE", "5 DONE", "6 FAILED UNDO_FOLLOWED"}, w.became(2))
		require.EqualValues(t, 100_000-4, w.product(1).Stock)
		require.Equal(t, []string{"created", "canceled", "cancellation_undone"}, w.told("/orders/3"))
		undone := ana.get(bulkRunURL(2) + "?outcome=failed").text()
		require.Regexp(t, `Undo 6 orders Finished .*what run 1 did .*It has been changed since\.`, undone)
		require.NotContains(t, ana.get(bulkRunURL(2)).html, "/retry", "it would be too late")
		late := ana.post(bulkRunURL(2)+"/undo", fields("key", "undo the undoing"))
		require.Contains(t, late.text(), "There was nothing left to undo.")
	})
}

// TestBulkUndoTooLate: the window begins with the end of the run; an order that a run has moved is undone by itself for just as long.
func TestBulkUndoTooLate(t *testing.T) {
	eachIdle(t, func(w *world) {
		t := w.t
		w.placeAll(2)
		ana := w.browse(2)
		ana.run("confirm", "filter=")
		worker := w.worker(w.db)
		_, _, err := worker.next(t.Context(), &BulkRun{Entity: db.Entity{ID: 1}, Action: Confirm, Actor: "operator:2", Channel: "UI"}, 0)
		require.NoError(t, err)
		w.clock.Pass(time.Hour)
		require.Equal(t, []Action{Cancel, Undo}[1:], w.get(1).AllowedActions, "the run has not ended, and the window to cancel has")
		require.Contains(t, ana.get(orderURL(1)).html, "/undo")
		w.workOff()
		w.clock.Pass(50 * time.Second)
		require.Contains(t, w.get(1).AllowedActions, Undo)
		w.clock.Pass(10 * time.Second)
		require.NotContains(t, w.get(1).AllowedActions, Undo)
		late := ana.post(bulkRunURL(1)+"/undo", fields("key", "late"))
		require.Equal(t, http.StatusConflict, late.status)
		require.Contains(t, late.text(), "It could be undone for 1 min after its end.")
		require.EqualValues(t, 1, w.count("bulk_runs", "1 = 1"))
		refused := refusedUndo("too late", w.operator, 1, "UNDO_WINDOW_PASSED")
		w.unchanged([]kittest.Case{refused})
		require.Contains(t, ana.post(orderURL(1)+"/undo", fields("key", "late too")).text(), "that ended at")
	})
}

// TestBulkUndoOfWhatIsSold: what a run gave back and is sold meanwhile stays canceled; no order takes half of its pieces.
func TestBulkUndoOfWhatIsSold(t *testing.T) {
	eachIdle(t, func(w *world) {
		t := w.t
		w.stock("BOLT-8", 250, 10)
		w.place(item(1, 6))
		w.place(item(1, 3))
		ana := w.browse(2)
		ana.run("cancel", "filter=")
		w.workOff()
		w.place(item(1, 5))
		ana.post(bulkRunURL(1)+"/undo", fields("key", "k"))
		w.workOff()
		require.Equal(t, []string{"1 FAILED INSUFFICIENT_STOCK", "2 DONE"}, w.became(2))
		require.Contains(t, ana.get(bulkRunURL(2)).text(), "What it gave back has been sold meanwhile.")
		require.EqualValues(t, 2, w.product(1).Stock)
	})
}

// TestBulkViewers: who may only look sees runs, and begins none.
func TestBulkViewers(t *testing.T) {
	eachIdle(t, func(w *world) {
		t := w.t
		w.placeAll(2)
		ana, viewer := w.browse(2), w.browse(1)
		form := ana.ask("confirm", "filter=").form(t)
		require.NotContains(t, viewer.get(home+"/orders").html, `name="order"`)
		require.Equal(t, http.StatusForbidden, viewer.get(bulkRuns+"/new?action=confirm&filter=").status)
		require.Equal(t, http.StatusForbidden, viewer.post(bulkRuns+"/new", form).status)
		require.Zero(t, w.count("bulk_runs", "1 = 1"))
		ana.post(bulkRuns+"/new", form)
		w.workOff()
		seen := viewer.get(bulkRunURL(1))
		require.Contains(t, seen.text(), "Confirmed 2")
		require.NotContains(t, seen.html, "/undo")
		require.Equal(t, http.StatusForbidden, viewer.post(bulkRunURL(1)+"/undo", fields("key", "k")).status)
		require.Equal(t, http.StatusForbidden, viewer.post(bulkRunURL(1)+"/retry", fields("key", "k")).status)
		require.Regexp(t, `Confirm 2 orders Finished all orders Ana operator .*2 done, 0 skipped, 0 failed`, viewer.get(bulkRuns).text())
	})
}

// TestBulkPages: pages of a run's orders and of the runs lead on and back; the file has all orders, in the reader's language.
func TestBulkPages(t *testing.T) {
	eachIdle(t, func(w *world) {
		t := w.t
		w.placeAll(25)
		w.cancel(7)
		ana := w.browse(2)
		require.Contains(t, ana.get(bulkRuns).text(), "No bulk runs yet")
		ana.run("confirm", "filter=")
		w.workOff()
		first := ana.get(bulkRunURL(1) + "?outcome=done")
		require.Equal(t, 20, strings.Count(first.html, `<td role="cell" class="id">`))
		second := ana.get(linkTo(t, first, "older"))
		require.Equal(t, 4, strings.Count(second.html, `<td role="cell" class="id">`))
		require.Equal(t, first.text(), ana.get(linkTo(t, second, "newer")).text())

		ana.header = map[string]string{"Accept-Language": "es"}
		file := ana.get(bulkRunURL(1) + "?format=csv")
		require.Contains(t, file.header.Get("Content-Disposition"), "bulk-run-1-")
		require.Equal(t, 26, strings.Count(file.html, "\r\n"))
		require.Contains(t, file.html, "\r\n7;failed;Está cancelado.;ORDER_IS_CANCELED;CANCELED;ACME Ltd;2,50;")
		require.Contains(t, ana.get(bulkRunURL(1)).text(), "Confirmar 25 pedidos Terminado")
	})
}

// linkTo is the address of a link of the pager.
func linkTo(t *testing.T, s screen, name string) string {
	t.Helper()
	found := regexp.MustCompile(`class="button ` + name + `" href="([^"]+)"`).FindStringSubmatch(s.html)
	require.NotNil(t, found, s.html)
	return strings.ReplaceAll(found[1], "&amp;", "&")
}

// TestBulkStatements: what a page costs does not grow with the orders, and each order of a run costs the same.
func TestBulkStatements(t *testing.T) {
	eachIdle(t, func(w *world) {
		w.placeAll(60)
		ana := w.browse(2)
		cost := func(path string) int {
			w.prepared(func() { require.Equal(w.t, http.StatusOK, ana.get(path).status) })
			return w.statements()
		}
		worker := w.worker(w.db)
		var run BulkRun
		for _, chosen := range []string{"order=1&order=2", "filter="} {
			require.Equal(w.t, 4, cost(bulkRuns+"/new?action=cancel&"+chosen), "the frame, the newest order, the orders, what goes back")
			address := ana.run("confirm", chosen)
			require.Equal(w.t, 4, cost(address), "the run, the frame, what came of it so far, the orders of one outcome")
			run = BulkRun{}
			require.NoError(w.t, w.db.Read(w.t.Context()).Order("id DESC").Take(&run).Error)
			if run.ID == 1 {
				w.workOff()
				require.Equal(w.t, 4, cost(address), "the run, the frame, whether it is undone, the orders")
			}
		}
		after := int64(2)
		w.prepared(func() {
			var err error
			after, _, err = worker.next(w.t.Context(), &run, after)
			require.NoError(w.t, err)
		})
		require.Equal(w.t, 6, w.statements(), "its row, the order, its items, the change, the event, the row: %v", w.faults.Calls())
		require.Equal(w.t, 2, cost(bulkRuns))
		require.Equal(w.t, 6, cost(home+"/orders?status=CREATED&limit=5"), "the list, the frame, what expires, the two reads of views, how many match")
		w.workOff()
	})
}

// TestCheckFindsWhatIsBrokenInBulkRuns: of each damage, just that.
func TestCheckFindsWhatIsBrokenInBulkRuns(t *testing.T) {
	eachIdle(t, func(w *world) {
		w.placeAll(3)
		w.confirm(3)
		w.browse(2).run("confirm", "filter=")
		w.workOff()
		const did, of, counts = "what a bulk run did has its event, and nothing else has: order ", "an event of a bulk run is of one of its orders: order 1",
			"a bulk run has the orders that it counts, and none waits once it has ended: bulk_run 1"
		for _, one := range []struct {
			hurt, mend string
			found      []string
		}{
			{"UPDATE bulk_run_orders SET outcome = 'FAILED' WHERE order_id = 1", "UPDATE bulk_run_orders SET outcome = 'DONE' WHERE order_id = 1", []string{did + "1"}},
			{"UPDATE bulk_run_orders SET outcome = 'DONE' WHERE order_id = 3", "UPDATE bulk_run_orders SET outcome = 'SKIPPED' WHERE order_id = 3", []string{did + "3"}},
			{"UPDATE events SET idempotency_key = 'bulk-run:9:order:1' WHERE idempotency_key = 'bulk-run:1:order:1'",
				"UPDATE events SET idempotency_key = 'bulk-run:1:order:1' WHERE idempotency_key = 'bulk-run:9:order:1'", []string{did + "1", of}},
			{"UPDATE bulk_run_orders SET outcome = 'PENDING' WHERE order_id = 3", "UPDATE bulk_run_orders SET outcome = 'SKIPPED' WHERE order_id = 3", []string{counts}},
			{"UPDATE bulk_runs SET orders = 4", "UPDATE bulk_runs SET orders = 3", []string{counts}},
			{"UPDATE bulk_runs SET failed_orders = 2", "UPDATE bulk_runs SET failed_orders = 0", []string{counts}},
			{"UPDATE bulk_runs SET version = 3", "UPDATE bulk_runs SET version = 2", []string{"each change in bulk_runs has its event: bulk_run 1"}},
		} {
			w.exec(one.hurt)
			require.ElementsMatch(w.t, one.found, w.findings(), one.hurt)
			w.exec(one.mend)
			require.Empty(w.t, w.findings(), one.mend)
		}
	})
}

// TestBulkRunEndsWhenNothingWaits: a pass that comes to its end while orders wait, which others had in their hands, does not
// end the run.
func TestBulkRunEndsWhenNothingWaits(t *testing.T) {
	eachIdle(t, func(w *world) {
		w.placeAll(3)
		w.browse(2).run("confirm", "filter=")
		worker := w.worker(w.db)
		worker.after[1] = 3
		did, err := worker.step(w.t.Context())
		require.NoError(w.t, err)
		require.False(w.t, did)
		require.EqualValues(w.t, 1, w.count("bulk_runs", "ended_at IS NULL"))
		w.workOff()
		require.Equal(w.t, []string{"1 DONE", "2 DONE", "3 DONE"}, w.became(1))
	})
}

// What a cancellation of many gives back is told by SKU before, the most first.
func TestBulkPreviewTellsWhatGoesBack(t *testing.T) {
	each(t, func(w *world) {
		for i := range 12 {
			w.stock(fmt.Sprintf("SKU-%02d", i+1), 100, 1000)
		}
		for i := range int64(12) {
			w.place(item(i+1, i+1), item(12-i, 1))
		}
		ana := w.browse(2)
		asked := ana.get(home + "/bulk-runs/new?action=cancel&filter=status%3DCREATED")
		require.Contains(w.t, asked.text(), "returns 90 units to stock 13\u00a0×\u00a0SKU-12 · 12\u00a0×\u00a0SKU-11 · 11\u00a0×\u00a0SKU-10 ·", "each line is counted")
		require.Contains(w.t, asked.text(), "4\u00a0×\u00a0SKU-03 · and 2 more SKUs")
		require.NotContains(w.t, asked.html, "SKU-02")
		some := ana.get(home + "/bulk-runs/new?action=cancel&order=1&order=2")
		require.Contains(w.t, some.text(), "2\u00a0×\u00a0SKU-02 · 1\u00a0×\u00a0SKU-01 · 1\u00a0×\u00a0SKU-11 · 1\u00a0×\u00a0SKU-12")
		require.NotContains(w.t, ana.get(home+"/bulk-runs/new?action=confirm&filter=status%3DCREATED").html, "SKU-12")
	})
}
