package db_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

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

// However many events there are, the newest ones of a few entities, and of all, are sought and nothing is sorted.
func TestNewEventsAreSought(t *testing.T) {
	d := dbtest.Open(t, dbtest.SQLite(t), db.Options{})
	for _, c := range []struct {
		by   string
		read func() error
	}{
		{"INDEX events_entity_version_unique (entity_type=? AND entity_id=?", func() error {
			_, err := d.Latest(ctx, "thing", []int64{1, 2, 3})
			return err
		}},
		{"INTEGER PRIMARY KEY (rowid>?)", func() error {
			_, _, err := d.EventsAfter(ctx, []string{"thing", "other"}, 7, 100)
			return err
		}},
		{"INDEX events_created (created_at>?)", func() error {
			_, err := d.Tail().Next(ctx)
			return err
		}},
	} {
		for _, step := range planOf(t, d, c.read) {
			require.NotContains(t, step, "TEMP B-TREE")
			if strings.Contains(step, " events ") {
				require.Contains(t, step, c.by)
			}
		}
	}
}

// planOf is how SQLite goes about the query that something sends.
func planOf(t *testing.T, d *db.DB, read func() error) (steps []string) {
	t.Helper()
	var sql string
	var args []any
	require.NoError(t, d.Read(ctx).Callback().Query().After("gorm:query").Replace("test:sent", func(tx *gorm.DB) {
		sql, args = tx.Statement.SQL.String(), slices.Clone(tx.Statement.Vars)
	}))
	require.NoError(t, read())
	var plan []struct{ Detail string }
	require.NoError(t, d.Read(ctx).Raw("EXPLAIN QUERY PLAN "+sql, args...).Scan(&plan).Error)
	require.NotEmpty(t, plan)
	for _, step := range plan {
		steps = append(steps, step.Detail)
	}
	return steps
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

// An event whose changes are null tells of no field.
func TestAnEventOfNoField(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		require.NoError(t, d.Tx(ctx, func(tx *db.Tx) error { return record(tx, 1) }))
		require.NoError(t, d.Tx(ctx, func(tx *db.Tx) error { return tx.Exec("UPDATE events SET changes = 'null'").Error }))
		past, err := d.AsOf(ctx, "thing", 1, d.Now().Add(time.Second))
		require.NoError(t, err)
		require.Empty(t, past.Fields)
	})
}
