package db_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/db"
	"b2b.example/db/dbtest"
)

// An event of a transaction that took long comes behind newer ones: a reader is given it all the same, and nothing twice.
func TestTailMissesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		happen := func(version int64, ago time.Duration) {
			t.Helper()
			require.NoError(t, d.Tx(ctx, func(tx *db.Tx) error {
				tx.Now = tx.Now.Add(-ago)
				return tx.Record(db.Event{EntityType: "thing", EntityID: 1, EntityVersion: version, Action: "changed"})
			}))
		}
		tail := d.Tail()
		next := func(wanted ...int64) {
			t.Helper()
			events, err := tail.Next(ctx)
			require.NoError(t, err)
			versions := []int64{}
			for _, event := range events {
				versions = append(versions, event.EntityVersion)
			}
			require.Equal(t, fmt.Sprint(wanted), fmt.Sprint(versions))
		}
		next()
		happen(1, 0) // nobody shows what is new
		happen(3, time.Second)
		next(3)
		next()
		happen(4, 0)
		happen(2, 12*time.Second)
		next(2, 4)
		next()
		happen(5, 20*time.Second)
		next()
	})
}

// The newest event of each that is asked for is given, and of nothing else.
func TestLatestEvents(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for id := range int64(4) {
			for range id {
				require.NoError(t, d.Tx(ctx, func(tx *db.Tx) error { return record(tx, id) }))
			}
		}
		require.NoError(t, d.Tx(ctx, func(tx *db.Tx) error {
			return tx.Record(db.Event{EntityType: "other", EntityID: 2, EntityVersion: 9, Action: "changed"})
		}))
		events, err := d.Latest(ctx, "thing", []int64{0, 2, 3, 7})
		require.NoError(t, err)
		latest := map[int64]int64{}
		for _, event := range events {
			latest[event.EntityID] = event.EntityVersion
		}
		require.Equal(t, map[int64]int64{2: 2, 3: 3}, latest)
	})
}
