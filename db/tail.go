package db

import (
	"context"
	"fmt"
	"slices"
	"time"
)

const (
	tailSpan = 15 * time.Second // a slow transaction's event appears among older ones for this long
	tailMost = 5_000            // events that are read at once; whoever misses one hears of it when they ask again
)

// seenColumns are what tells that something happened, without what changed.
const seenColumns = "id, entity_type, entity_id, entity_version, action, actor, actor_name, created_at"

// Tail reads the changes as they happen. It is for one goroutine.
type Tail struct {
	db   *DB
	read map[int64]time.Time // the events that it has given, for as long as they are read again
}

// Tail begins to read with the last 15 s.
func (d *DB) Tail() *Tail { return &Tail{db: d, read: map[int64]time.Time{}} }

// Next gives the events that it has not given yet, oldest first, without their changes. Ids are no order: a
// transaction that took long commits its events behind newer ones. So what was read lately is read again.
func (t *Tail) Next(ctx context.Context) ([]EventRow, error) {
	from := t.db.Now().Add(-tailSpan)
	var rows []EventRow
	err := t.db.Read(ctx).Select(seenColumns).Where("created_at >= ?", from).
		Order("created_at DESC, id DESC").Limit(tailMost).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("the last events: %w", err)
	}
	var fresh []EventRow
	for _, row := range slices.Backward(rows) {
		if _, given := t.read[row.ID]; !given {
			t.read[row.ID] = row.CreatedAt
			fresh = append(fresh, row)
		}
	}
	for id, at := range t.read {
		if at.Before(from) {
			delete(t.read, id)
		}
	}
	return fresh, nil
}

// NewestEvent is the newest of all events; 0 before there is any.
func (d *DB) NewestEvent(ctx context.Context) (int64, error) {
	var id int64
	if err := d.Read(ctx).Raw("SELECT COALESCE(MAX(id), 0) FROM events").Find(&id).Error; err != nil {
		return 0, fmt.Errorf("the newest event: %w", err)
	}
	return id, nil
}

// EventsAfter counts the events of some types that are newer than one, up to a bound, and gives the newest of them. An event
// that was committed in another order than it was given its id may be missed: the number is for saying that there is more.
func (d *DB) EventsAfter(ctx context.Context, types []string, after int64, most int) (n int, newest int64, err error) {
	var found struct {
		N      int
		Newest int64
	}
	// The newest are read from the end of the table: an index of types, which this keeps from being taken, has them in another order.
	counted := d.Read(ctx).Table("events").Select("id").Where("CONCAT(entity_type, '') IN ? AND id > ?", types, after).Order("id DESC").Limit(most)
	err = d.Read(ctx).Table("(?) AS counted", counted).Select("COUNT(*) AS n, COALESCE(MAX(id), 0) AS newest").Find(&found).Error
	if err != nil {
		return 0, 0, fmt.Errorf("newer events: %w", err)
	}
	return found.N, found.Newest, nil
}

// Latest is the newest event of each of several entities, without its changes.
func (d *DB) Latest(ctx context.Context, entityType string, ids []int64) ([]EventRow, error) {
	var rows []EventRow
	ids = Padded(ids)
	newest := d.Read(ctx).Table("events").Select("entity_id AS newest_id, MAX(entity_version) AS newest_version").
		Where("entity_type = ? AND entity_id IN ?", entityType, ids).Group("entity_id")
	err := d.Read(ctx).Select(seenColumns).
		Joins("JOIN (?) AS newest ON entity_id = newest_id AND entity_version = newest_version", newest).
		Where("entity_type = ? AND entity_id IN ?", entityType, ids). // said twice: else SQLite goes through all of the type
		Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("the newest events: %w", err)
	}
	return rows, nil
}
