package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"b2b.example/db"
	"b2b.example/db/dbtest"
	"b2b.example/kit/fault"
)

var ctx = context.Background()

// effects counts the events of an entity: each effect of the tests' writes is one.
func effects(t *testing.T, d *db.DB, id int64) int {
	t.Helper()
	rows, err := d.Events(ctx, "thing", id, 0, 100)
	require.NoError(t, err)
	return len(rows)
}

// write is a change of a thing: it adds the next event to it.
func write(caller, key string, id int64) db.Write {
	return db.Write{
		Call: db.Call{Caller: caller, Key: key, Hashes: [][]byte{{1}}, Actor: caller, Channel: "API"},
		Effect: func(tx *db.Tx) (db.Answer, error) {
			return db.Answer{
				Status: 201, ContentType: "application/json", ETag: `"1"`, Body: []byte(`{"id":1}`), TargetType: "thing", TargetID: id,
			}, record(tx, id)
		},
		Now: func(context.Context, int64) (db.Answer, error) {
			return db.Answer{Status: 200, Body: []byte(`{"now":true}`)}, nil
		},
	}
}

func record(tx *db.Tx, id int64) error {
	var last int64
	if err := tx.Raw("SELECT COALESCE(MAX(entity_version), 0) FROM events WHERE entity_type = ? AND entity_id = ?", "thing", id).
		Scan(&last).Error; err != nil {
		return err
	}
	return tx.Record(db.Event{EntityType: "thing", EntityID: id, EntityVersion: last + 1, Action: "changed"})
}

func TestNothingOfAFailedTransactionStays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		refusal := fault.New(fault.Conflict, "REFUSED")
		err := d.Tx(ctx, func(tx *db.Tx) error {
			require.NoError(t, record(tx, 1))
			return refusal
		})
		require.ErrorIs(t, err, refusal)
		assert.Zero(t, effects(t, d, 1))
	})
}

// TestAnIgnoredErrorIsNotCommitted: after a statement failed, nothing more is sent and Commit is refused, even when the
// callback says that all is well. After a deadlock the server would otherwise commit what follows by itself.
func TestAnIgnoredErrorIsNotCommitted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Tx(ctx, func(tx *db.Tx) error {
			_ = tx.Exec("INSERT INTO nowhere VALUES (?)", 1).Error
			assert.Error(t, record(tx, 1), "a statement after one that failed")
			return nil
		})
		require.Error(t, err)
		assert.Zero(t, effects(t, d, 1))
	})
}

func TestConflictsAreRunAgain(t *testing.T) {
	for _, kind := range []dbtest.Fault{dbtest.Deadlock, dbtest.LockWait, dbtest.NotSent, dbtest.ReplyLost, dbtest.Killed, dbtest.HalfRead} {
		for _, times := range []int{1, 4, 1000} {
			t.Run(fmt.Sprintf("fault %d, %d times", kind, times), func(t *testing.T) {
				faults := &dbtest.Faults{}
				dbtest.EachWith(t, db.Options{Wrap: faults.Wrap}, func(t *testing.T, d *db.DB) {
					met := 0
					faults.Arm(func(c dbtest.Call) dbtest.Fault {
						if c.Kind != dbtest.Exec && c.Kind != dbtest.Query || met == times {
							return dbtest.None
						}
						met++
						return kind
					})
					err := d.Tx(ctx, func(tx *db.Tx) error { return record(tx, 1) })
					faults.Arm(nil)
					if times < 5 {
						require.NoError(t, err)
						assert.Equal(t, 1, effects(t, d, 1))
						return
					}
					assert.True(t, fault.Is(err, "BUSY"), "%v", err)
					assert.Zero(t, effects(t, d, 1))
				})
			})
		}
	}
}

// TestOppositeOrders lets transactions take two rows in opposite orders, which deadlocks them, and none of that is seen.
func TestOppositeOrders(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for id := range int64(2) {
			_, err := d.Once(ctx, write("a", fmt.Sprint("k", id), id))
			require.NoError(t, err)
		}
		lock := func(tx *db.Tx, id int64) error {
			var e db.EventRow
			return tx.Clauses(db.Lock()).Where("entity_type = ? AND entity_id = ?", "thing", id).Take(&e).Error
		}
		var wait sync.WaitGroup
		for i := range int64(20) {
			wait.Go(func() {
				assert.NoError(t, d.Tx(ctx, func(tx *db.Tx) error {
					return errors.Join(lock(tx, i%2), lock(tx, 1-i%2))
				}))
			})
		}
		wait.Wait()
	})
}
