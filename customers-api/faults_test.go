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

// TestEverySingleFault lets each call to the database fail in each way, in every operation and in the sweeper, and repeats
// it until it is answered: there is exactly one effect, whatever failed, and no invariant is broken.
func TestEverySingleFault(t *testing.T) {
	t.Parallel()
	var runs atomic.Int64
	dbtest.EachURL(t, func(t *testing.T, url string) {
		clock, faults := &kittest.Clock{}, &dbtest.Faults{}
		w := newWorld(t, dbtest.Open(t, url, db.Options{Now: clock.Now, Wrap: faults.Wrap}), clock)
		w.awaitSweep(faults)
		for _, op := range operations {
			runs.Add(faults.Enumerate(t, op.name, func(key string) dbtest.Trial { return w.trial(op, key) }))
			w.checkInvariants()
		}
		runs.Add(faults.Enumerate(t, "sweep", func(key string) dbtest.Trial { return w.sweeping(faults, key) }))
		w.checkInvariants()
		w.checkSecrets()
	})
	t.Logf("%d runs", runs.Load())
}

// trial is one request under a key of its own.
func (w *world) trial(op operation, key string) dbtest.Trial {
	one := op.request(w, w.add(key))
	return dbtest.Trial{
		Attempt: func() bool { return w.attempt(one, key) },
		Effects: func() (n int64) {
			require.NoError(w.t, w.db.Read(w.t.Context()).Table("events").Where("idempotency_key = ?", key).Count(&n).Error)
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
func (w *world) sweeping(faults *dbtest.Faults, key string) dbtest.Trial {
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
	return dbtest.Trial{Effects: effects, Attempt: func() bool {
		_, err := w.service.sweep(w.t.Context())
		faults.Arm(nil) // the counting is no part of it
		return err == nil && effects() == 1
	}}
}

// awaitSweep waits for the sweep that begins with the service, so that it is in nobody's way.
func (w *world) awaitSweep(faults *dbtest.Faults) {
	w.t.Helper()
	require.Eventually(w.t, func() bool {
		for _, call := range faults.Calls() {
			if strings.Contains(call.SQL, "DELETE FROM `login_failures`") {
				return faults.InTransaction() == 0
			}
		}
		return false
	}, 10*time.Second, time.Millisecond)
}
