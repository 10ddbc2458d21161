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
		happen(1, 0)
		happen(3, time.Second)
		next(3, 1)
		next()
		happen(4, 0)
		happen(2, 12*time.Second)
		next(2, 4)
		next()
		happen(5, 20*time.Second)
		next()
	})
}

// What is newer than an event is counted up to a bound, of the types that are asked for.
func TestEventsAfter(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		holds := func(after int64, most, wantN int, wantNewest int64) {
			t.Helper()
			n, newest, err := d.EventsAfter(ctx, []string{"thing", "part"}, after, most)
			require.NoError(t, err)
			require.Equal(t, fmt.Sprint(wantN, wantNewest), fmt.Sprint(n, newest))
		}
		newest := func(want int64) {
			t.Helper()
			id, err := d.NewestEvent(ctx)
			require.NoError(t, err)
			require.Equal(t, want, id)
		}
		newest(0)
		holds(0, 5, 0, 0)
		for version, kind := range []string{"thing", "part", "other", "thing", "other"} {
			require.NoError(t, d.Tx(ctx, func(tx *db.Tx) error {
				return tx.Record(db.Event{EntityType: kind, EntityID: 1, EntityVersion: int64(version + 1), Action: "changed"})
			}))
		}
		newest(5)
		holds(0, 5, 3, 4)
		holds(0, 2, 2, 4)
		holds(1, 5, 2, 4)
		holds(4, 5, 0, 0)
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
