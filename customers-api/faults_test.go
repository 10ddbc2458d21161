package customers

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/db"
	"b2b.example/db/dbtest"
	"b2b.example/kit/kittest"
)

// operation is a change whose every step is made to fail: the request that makes it to a customer of its own.
type operation struct {
	name    string
	request func(w *world, customer entity) kittest.Case
}

var operations = []operation{
	{"create", func(_ *world, c entity) kittest.Case {
		return kittest.Case{Method: "POST", Path: "/customers", Body: fmt.Sprintf(`{"name":"New %d","email":"new-%d@example.test"}`, c.ID, c.ID)}
	}},
	{"replace", func(_ *world, c entity) kittest.Case {
		return kittest.Case{Method: "PUT", Path: pathOf(c), Body: fmt.Sprintf(`{"name":"Replaced","email":%q}`, c.Email), Header: headers("If-Match", `"1"`)}
	}},
	{"edit", func(_ *world, c entity) kittest.Case {
		return kittest.Case{Method: "PATCH", Path: pathOf(c), Body: `{"phone":"1"}`, Header: headers("If-Match", "*")}
	}},
	{"delete", func(_ *world, c entity) kittest.Case {
		return kittest.Case{Method: "DELETE", Path: pathOf(c), Header: headers("If-Match", "*")}
	}},
	{"restore", func(w *world, c entity) kittest.Case {
		w.Do(w.t, kittest.Case{Method: "DELETE", Path: pathOf(c), As: w.operator, Header: headers("If-Match", "*"), Status: 204})
		return kittest.Case{Method: "POST", Path: pathOf(c) + "/restore"}
	}},
	{"edit an operator", func(w *world, c entity) kittest.Case {
		body := fmt.Sprintf(`{"name":"Ana %d"}`, c.ID)
		return kittest.Case{Method: "PATCH", Path: fmt.Sprintf("/operators/%d", w.staff["viewer"]), Body: body, Header: headers("If-Match", "*")}
	}},
}

func pathOf(c entity) string { return fmt.Sprintf("/customers/%d", c.ID) }

// trial is all that is tried with faults: a request, or the sweeper.
type trial struct {
	name    string
	prepare func(w *world, key string) dbtest.Trial
}

func trials() []trial {
	all := []trial{{"sweep", (*world).sweeping}}
	for _, op := range operations {
		all = append(all, trial{op.name, func(w *world, key string) dbtest.Trial { return w.requesting(op, key) }})
	}
	return all
}

// TestEverySingleFault lets each call to the database fail in each way, in every operation and in the sweeper, and repeats
// it until it is answered: there is exactly one effect, whatever failed, and no invariant is broken.
func TestEverySingleFault(t *testing.T) {
	t.Parallel()
	var runs atomic.Int64
	dbtest.EachURL(t, func(t *testing.T, url string) {
		w := newFaultyWorld(t, url)
		for _, one := range trials() {
			runs.Add(w.faults.Enumerate(t, one.name, func(key string) dbtest.Trial { return one.prepare(w, key) }))
			w.checkInvariants()
		}
		w.checkSecrets()
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
		w := newFaultyWorld(t, url)
		return func(name string, which dbtest.Pairs) {
			w.faults.EnumeratePairs(t, which, name, func(key string) dbtest.Trial { return byName[name].prepare(w, key) })
			w.checkInvariants()
			w.checkSecrets()
		}
	})
}

// TestReadsSurviveFaults: whichever of its calls breaks its connection, the client is told to come back, and then it is
// served.
func TestReadsSurviveFaults(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		w := newFaultyWorld(t, url)
		customer := w.add("read")
		for _, path := range []string{
			"/customers", "/customers?search=read", "/customers?search=r&sort=name", pathOf(customer), pathOf(customer) + "?as_of=2030-01-01T00:00:00Z",
			pathOf(customer) + "/events", "/operators", "/operators/1", "/operators/1/events",
		} {
			one := kittest.Case{Method: http.MethodGet, Path: path}
			for _, fault := range []dbtest.Fault{dbtest.NotSent, dbtest.ReplyLost, dbtest.Killed, dbtest.HalfRead} {
				w.faults.EachCall(fault, func(int) { w.attempt(one, "") })
				require.True(t, w.attempt(one, ""), path)
			}
		}
	})
}

// newFaultyWorld is a world whose database fails as a plan says.
func newFaultyWorld(t *testing.T, url string) *world {
	t.Helper()
	clock, faults := &kittest.Clock{}, &dbtest.Faults{}
	w := newWorld(t, dbtest.Open(t, url, db.Options{Now: clock.Now, Wrap: faults.Wrap}), clock)
	w.faults = faults
	w.awaitSweep()
	return w
}

// requesting is the trial of a request to a customer of its own, under a key of its own.
func (w *world) requesting(op operation, key string) dbtest.Trial {
	one := op.request(w, w.add(key))
	var last int64
	require.NoError(w.t, w.db.Read(w.t.Context()).Table("events").Select("MAX(id)").Scan(&last).Error)
	return dbtest.Trial{
		Attempt: func() bool { return w.attempt(one, key) },
		Effects: func() (n int64) { // whatever key they have
			require.NoError(w.t, w.db.Read(w.t.Context()).Table("events").Where("id > ?", last).Count(&n).Error)
			return n
		},
	}
}

// attempt sends a request, and says whether it was answered for good. Whatever fails, the client is never told that
// something is wrong with the service or with its request.
func (w *world) attempt(one kittest.Case, key string) bool {
	request, err := http.NewRequestWithContext(context.Background(), one.Method, w.URL+one.Path, strings.NewReader(one.Body))
	require.NoError(w.t, err)
	for name, value := range one.Header {
		request.Header.Set(name, value)
	}
	request.Header.Set("Authorization", "Bearer "+w.manager)
	request.Header.Set("Idempotency-Key", key)
	if one.Body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	status, body, err := send(request)
	require.NoError(w.t, err)
	require.Contains(w.t, []int{200, 201, 204, http.StatusConflict, http.StatusServiceUnavailable}, status, "%s: %s", key, body)
	if status == http.StatusConflict {
		require.Contains(w.t, body, "IDEMPOTENCY_IN_PROGRESS")
	}
	return status < 300
}

// sweeping is the trial of the sweeper: it takes away a session that has ended and a failed log-in of long ago.
func (w *world) sweeping(key string) dbtest.Trial {
	long := w.db.Now().Add(-10 * sessionLife)
	ended := &session{OperatorID: w.staff["viewer"], CreatedAt: long, LastUsedAt: long}
	failed := &failures{Subject: []byte(key), Failures: 1, Since: long, LastAt: long}
	require.NoError(w.t, w.db.Tx(w.t.Context(), func(tx *db.Tx) error {
		if err := tx.Create(ended).Error; err != nil {
			return err
		}
		return tx.Create(failed).Error
	}))
	effects := func() int64 {
		var sessions, failed int64
		require.NoError(w.t, w.db.Read(w.t.Context()).Model(&session{}).Where("id = ?", ended.ID).Count(&sessions).Error)
		require.NoError(w.t, w.db.Read(w.t.Context()).Model(&failures{}).Where("subject = ?", []byte(key)).Count(&failed).Error)
		return 1 - max(sessions, failed)
	}
	return dbtest.Trial{Effects: effects, Attempt: func() (done bool) {
		_, err := w.service.sweep(w.t.Context())
		w.faults.Beside(func() { done = effects() == 1 })
		return err == nil && done
	}}
}

// awaitSweep waits for the sweep that begins with the service, so that it is in nobody's way.
func (w *world) awaitSweep() {
	w.t.Helper()
	require.Eventually(w.t, func() bool {
		for _, call := range w.faults.Calls() {
			if strings.Contains(call.SQL, "DELETE FROM `login_failures`") {
				return w.faults.InTransaction() == 0
			}
		}
		return false
	}, 10*time.Second, time.Millisecond)
}
