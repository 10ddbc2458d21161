package db

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Past is an entity as its events tell it, up to one of them.
type Past struct {
	Entity
	Deleted bool
	Fields  map[string]jsontext.Value // those that an event has told of, by name
	Gaps    bool                      // an event is missing
}

// Told is what an event tells of one field.
type Told struct {
	New    jsontext.Value `json:"new"`
	Secret bool           `json:"secret"`
}

// Told are the fields that the event tells of, by name.
func (e *EventRow) Told() (told map[string]Told, err error) {
	if err := json.Unmarshal([]byte(e.Changes), &told); err != nil {
		return nil, fmt.Errorf("changes of event %d: %w", e.ID, err)
	}
	return told, nil
}

// Add lets the next event happen.
func (p *Past) Add(e *EventRow) error {
	told, err := e.Told()
	if err != nil {
		return err
	}
	p.add(e, told)
	return nil
}

func (p *Past) add(e *EventRow, told map[string]Told) {
	if p.Fields == nil {
		p.Fields, p.ID, p.CreatedAt = map[string]jsontext.Value{}, e.EntityID, e.CreatedAt
	}
	for field, change := range told {
		if !change.Secret {
			p.Fields[field] = change.New
		}
	}
	p.Gaps = p.Gaps || e.EntityVersion != p.Version+1
	p.Version, p.UpdatedAt = e.EntityVersion, e.CreatedAt
	switch e.Action {
	case "deleted":
		p.Deleted = true
	case "restored":
		p.Deleted = false
	}
}

// AsOf is an entity as it was at a time; nil when it was not there yet. A change that waited for another is as late as that.
func (d *DB) AsOf(ctx context.Context, entityType string, id int64, at time.Time) (*Past, error) {
	rows, err := d.Read(ctx).Table("events").Select("id", "entity_version", "action", "changes", "created_at").
		Where("entity_type = ? AND entity_id = ?", entityType, id).Order("entity_version").Rows()
	if err != nil {
		return nil, seen(fmt.Errorf("events: %w", err))
	}
	defer func() { _ = rows.Close() }()
	var p *Past
	for rows.Next() {
		e := EventRow{EntityID: id}
		if err := rows.Scan(&e.ID, &e.EntityVersion, &e.Action, &e.Changes, &e.CreatedAt); err != nil {
			return nil, fmt.Errorf("events: %w", err)
		}
		if e.CreatedAt.After(at) {
			return p, nil
		}
		if p == nil {
			p = &Past{}
		}
		if err := p.Add(&e); err != nil {
			return nil, err
		}
	}
	return p, seen(rows.Err())
}

// Replays goes through the events of the slice's entities, oldest first: event sees each one before it happens, and whole
// sees each entity as all of its events leave it.
func (s *Slice) Replays(entityType string, event func(p *Past, e *EventRow, told map[string]Told), whole func(p *Past) error) error {
	rows, err := s.Table("events").Select("id", "entity_id", "entity_version", "action", "changes", "created_at").
		Where("entity_type = ? AND entity_id BETWEEN ? AND ?", entityType, s.First, s.Last).
		Order("entity_id, entity_version").Rows()
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	p := &Past{}
	for rows.Next() {
		var e EventRow
		if err := rows.Scan(&e.ID, &e.EntityID, &e.EntityVersion, &e.Action, &e.Changes, &e.CreatedAt); err != nil {
			return err
		}
		if p.ID != e.EntityID && p.Fields != nil {
			if err := whole(p); err != nil {
				return err
			}
			p = &Past{}
		}
		told, err := e.Told()
		if err != nil {
			return err
		}
		if event != nil {
			event(p, &e, told)
		}
		p.add(&e, told)
	}
	if p.Fields != nil {
		if err := whole(p); err != nil {
			return err
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

// Differences are the members in which two JSON objects differ.
func Differences(a, b []byte) ([]string, error) {
	if bytes.Equal(a, b) {
		return nil, nil
	}
	var objects [2]map[string]jsontext.Value
	for i, text := range [][]byte{a, b} {
		if err := json.Unmarshal(text, &objects[i]); err != nil {
			return nil, err
		}
	}
	differ := map[string]bool{}
	for _, object := range objects {
		for name := range object {
			if string(objects[0][name]) != string(objects[1][name]) {
				differ[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(differ)), nil
}
