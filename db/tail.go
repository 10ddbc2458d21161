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

// Next gives the events that it has not given yet, oldest first, without their changes; those of what is new are left out.
// Ids are no order: a transaction that took long commits its events behind newer ones. So what was read lately is read
// again.
func (t *Tail) Next(ctx context.Context) ([]EventRow, error) {
	from := t.db.Now().Add(-tailSpan)
	var rows []EventRow
	err := t.db.Read(ctx).Select(seenColumns).Where("created_at >= ? AND entity_version > 1", from).
		Order("created_at DESC, id DESC").Limit(tailMost).Find(&rows).Error
	if err != nil {
		return nil, seen(fmt.Errorf("the last events: %w", err))
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

// Latest is the newest event of each of several entities, without its changes.
func (d *DB) Latest(ctx context.Context, entityType string, ids []int64) ([]EventRow, error) {
	var rows []EventRow
	newest := d.Read(ctx).Table("events").Select("entity_id AS newest_id, MAX(entity_version) AS newest_version").
		Where("entity_type = ? AND entity_id IN ?", entityType, Padded(ids)).Group("entity_id")
	err := d.Read(ctx).Select(seenColumns).
		Joins("JOIN (?) AS newest ON entity_id = newest_id AND entity_version = newest_version", newest).
		Where("entity_type = ?", entityType).Find(&rows).Error
	if err != nil {
		return nil, seen(fmt.Errorf("the newest events: %w", err))
	}
	return rows, nil
}
