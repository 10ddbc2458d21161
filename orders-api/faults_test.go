package orders

import (
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/db/dbtest"
	"b2b.example/kit/kittest"
)

// operation is a change whose every step is made to fail: what it needs beforehand, and the request that makes it.
type operation struct {
	name    string
	request func(w *world, order int64) kittest.Case
}

var operations = []operation{
	{"place", func(w *world, _ int64) kittest.Case { return placing(w, 2) }},
	{"confirm", func(w *world, id int64) kittest.Case { return as(w.operator, confirming(id, "", 0)) }},
	{"cancel", func(w *world, id int64) kittest.Case { return as(w.operator, canceling(id, 0)) }},
	{"undo a confirmation", func(w *world, id int64) kittest.Case { w.confirm(id); return as(w.operator, undoing(id, 0)) }},
	{"undo a cancellation", func(w *world, id int64) kittest.Case { w.cancel(id); return as(w.operator, undoing(id, 0)) }},
	{"note", func(w *world, id int64) kittest.Case {
		return kittest.Case{Method: "PATCH", Path: orderPath(id, ""), As: w.operator, Body: `{"note":"x"}`, Header: headers("If-Match", `"1"`)}
	}},
	{"adjust", func(w *world, _ int64) kittest.Case {
		return kittest.Case{Path: "/products/1/stock-adjustments", As: w.manager, Body: `{"delta":1,"note":"x"}`}
	}},
	{"edit", func(w *world, id int64) kittest.Case {
		body := fmt.Sprintf(`{"stock":%d,"name":"Edit %d"}`, 100_000+id, id)
		return kittest.Case{Method: "PATCH", Path: "/products/1", As: w.manager, Body: body, Header: headers("If-Match", "*")}
	}},
}

// trial is all that is tried with faults: a request, or what nobody asks for.
type trial struct {
	name    string
	prepare func(w *world, key string, order int64) dbtest.Trial
}

func trials() []trial {
	all := []trial{
		{"expire", (*world).expiring},
		{"begin a bulk run", (*world).beginningRun},
		{"an order of a bulk run", (*world).inRun},
		{"orders in a batch", (*world).inBatch},
	}
	for _, op := range operations {
		all = append(all, trial{op.name, func(w *world, key string, order int64) dbtest.Trial { return w.requesting(op, key, order) }})
	}
	return all
}

// TestEverySingleFault lets each call to the database fail in each way, in every operation, and repeats the request until
// it is answered: there is exactly one effect, whatever failed, and no invariant is broken.
func TestEverySingleFault(t *testing.T) {
	var runs atomic.Int64
	eachIdle(t, func(w *world) {
		w.stock("BOLT-8", 250, 100_000)
		for _, one := range trials() {
			runs.Add(w.faults.Enumerate(w.t, one.name, w.onOwnOrder(one)))
			w.checkInvariants()
		}
	})
	t.Logf("%d runs", runs.Load())
}

// TestEveryPairOfFaults lets two calls fail in each run, the second one while the first is being got over.
func TestEveryPairOfFaults(t *testing.T) {
	byName, names := map[string]trial{}, []string{}
	for _, one := range trials() {
		byName[one.name], names = one, append(names, one.name)
	}
	dbtest.EachPair(t, names, func(t *testing.T, url string) func(string, dbtest.Pairs) {
		w := newWorldIn(t, url, true, func(*Settings) {})
		w.stock("BOLT-8", 250, 100_000)
		return func(name string, which dbtest.Pairs) {
			w.faults.EnumeratePairs(t, which, name, w.onOwnOrder(byName[name]))
			w.checkInvariants()
			w.checkSecrets()
		}
	})
}

// onOwnOrder prepares a trial with an order of its own.
func (w *world) onOwnOrder(one trial) func(key string) dbtest.Trial {
	return func(key string) dbtest.Trial { return one.prepare(w, key, w.placeMany(1, 3)[0]) }
}

// requesting is the trial of a request under a key of its own.
func (w *world) requesting(op operation, key string, order int64) dbtest.Trial {
	one := keyed(op.request(w, order), key)
	return dbtest.Trial{Attempt: func() bool { return w.attempt(one) }, Effects: w.sinceNow()}
}

// sinceNow counts the events that there are from now on, whatever key they have.
func (w *world) sinceNow() func() int64 {
	w.t.Helper()
	var last int64
	require.NoError(w.t, w.db.Read(w.t.Context()).Table("events").Select("MAX(id)").Scan(&last).Error)
	return func() int64 { return w.count("events", "id > ?", last) }
}

// expiring is the trial of the sweeper, which nobody waits for: an order whose row a broken connection still holds is left
// to the next sweep.
func (w *world) expiring(_ string, order int64) dbtest.Trial {
	placed := w.db.Now().Add(-100 * time.Hour)
	w.exec("UPDATE orders SET created_at = ? WHERE id = ?", placed, order)
	w.exec("UPDATE events SET created_at = ? WHERE entity_type = 'order' AND entity_id = ?", placed, order)
	effects := func() int64 {
		return w.count("events", "action = ? AND entity_type = ? AND entity_id = ?", "canceled", "order", order)
	}
	return dbtest.Trial{Effects: effects, Attempt: func() (done bool) {
		_, err := Expire(w.t.Context(), w.db, Rules{OrderTTL: 72 * time.Hour})
		w.faults.Beside(func() { done = effects() > 0 })
		return err == nil && done
	}}
}

// beginningRun is the trial of the form that begins a bulk run of one order.
func (w *world) beginningRun(key string, order int64) dbtest.Trial {
	ana := w.browse(2)
	return dbtest.Trial{
		Effects: w.sinceNow(),
		Attempt: func() bool {
			answer := ana.post(bulkRuns+"/new", fields("key", key, "action", "confirm", "order", strconv.FormatInt(order, 10)))
			require.Contains(w.t, []int{http.StatusSeeOther, http.StatusConflict, http.StatusServiceUnavailable}, answer.status, "%s: %s", key, answer.text())
			return answer.status == http.StatusSeeOther
		},
	}
}

// inRun is the trial of an order that is worked off in a run of its own.
func (w *world) inRun(key string, order int64) dbtest.Trial {
	w.workOff()
	ana := w.browse(2)
	begun := ana.post(bulkRuns+"/new", fields("key", key, "action", "cancel", "reason", "OTHER", "order", strconv.FormatInt(order, 10)))
	require.Equal(w.t, http.StatusSeeOther, begun.status)
	worker := w.worker(w.db)
	effects := func() int64 { return w.count("events", "idempotency_caller = ? AND entity_id = ?", bulkCaller, order) }
	return dbtest.Trial{Effects: effects, Attempt: func() (done bool) {
		_, err := worker.step(w.t.Context())
		w.faults.Beside(func() { done = effects() > 0 && w.count("bulk_runs", "ended_at IS NULL") == 0 })
		return err == nil && done
	}}
}

// attempt sends a request, and says whether it was answered for good. Whatever fails, the client is never told that
// something is wrong with the service or with its request.
func (w *world) attempt(one kittest.Case) bool {
	got, err := send(w.URL, one)
	require.NoError(w.t, err)
	require.Contains(w.t, []int{200, 201, http.StatusConflict, http.StatusServiceUnavailable}, got.status, "%s: %s", one.Header["Idempotency-Key"], got.body)
	if got.status == http.StatusConflict {
		require.Contains(w.t, got.body, "IDEMPOTENCY_IN_PROGRESS")
	}
	return got.status < 300
}
