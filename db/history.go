package db

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
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

// tell sets the fields that the event tells of, but for secrets. It goes from token to token, for it is asked of millions of
// events.
func (e *EventRow) tell(fields map[string]jsontext.Value) error {
	changes := []byte(e.Changes)
	decoder := jsontext.NewDecoder(bytes.NewBuffer(changes), jsontext.AllowDuplicateNames(true))
	err := members(decoder, func(field string) error {
		var now jsontext.Value
		var secret bool
		err := members(decoder, func(name string) error {
			value, err := decoder.ReadValue()
			switch end := decoder.InputOffset(); name {
			case "new":
				now = changes[end-int64(len(value)) : end]
			case "secret":
				secret = string(value) == "true"
			}
			return err
		})
		if !secret {
			fields[field] = now
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("changes of event %d: %w", e.ID, err)
	}
	return nil
}

// members goes through an object's members, of which null has none; the function reads the value.
func members(decoder *jsontext.Decoder, value func(name string) error) error {
	token, err := decoder.ReadToken()
	if err == nil && token.Kind() == jsontext.KindNull {
		return nil
	}
	if err == nil && token.Kind() != jsontext.KindBeginObject {
		err = fmt.Errorf("a %s is no object", token.Kind())
	}
	for err == nil && decoder.PeekKind() == jsontext.KindString {
		if token, err = decoder.ReadToken(); err == nil {
			err = value(token.String())
		}
	}
	if err == nil {
		_, err = decoder.ReadToken()
	}
	return err
}

// Forget makes it the past of another entity, of which nothing is told yet.
func (p *Past) Forget() {
	clear(p.Fields)
	*p = Past{Fields: p.Fields}
}

// Add lets the next event happen.
func (p *Past) Add(e *EventRow) error {
	if err := e.tell(p.Fields); err != nil {
		return err
	}
	if p.ID == 0 {
		p.ID, p.CreatedAt = e.EntityID, e.CreatedAt
	}
	p.Gaps = p.Gaps || e.EntityVersion != p.Version+1
	p.Version, p.UpdatedAt = e.EntityVersion, e.CreatedAt
	switch e.Action {
	case "deleted":
		p.Deleted = true
	case "restored":
		p.Deleted = false
	}
	return nil
}

// AsOf is an entity as it was at a time; nil when it was not there yet. A change that waited for another is as late as that.
func (d *DB) AsOf(ctx context.Context, entityType string, id int64, at time.Time) (*Past, error) {
	query := d.Read(ctx).Table("events").Select("id", "entity_version", "action", "changes", "created_at").
		Where("entity_type = ? AND entity_id = ?", entityType, id).Order("entity_version")
	var p *Past
	late := false
	err := EachRow(query, func(row *sql.Rows) error {
		e := EventRow{EntityID: id}
		if err := row.Scan(&e.ID, &e.EntityVersion, &e.Action, &e.Changes, &e.CreatedAt); err != nil {
			return fmt.Errorf("events: %w", err)
		}
		if late = late || e.CreatedAt.After(at); late {
			return nil
		}
		if p == nil {
			p = &Past{Fields: map[string]jsontext.Value{}}
		}
		return p.Add(&e)
	})
	return p, err
}

// Replays goes through the slice's entities as their events leave them. What it gives is of that moment: its map is used
// again.
func (s *Slice) Replays(entityType string, whole func(p *Past) error) error {
	p := &Past{Fields: map[string]jsontext.Value{}}
	err := s.Events(entityType, func(e *EventRow) error {
		if e.EntityID != p.ID {
			if err := whole(p); err != nil {
				return err
			}
			p.Forget()
		}
		return p.Add(e)
	})
	if err != nil {
		return err
	}
	return whole(p)
}

// Events goes through the events of the slice's entities, one after the other and of each the oldest first. Those who did
// what they tell of have no names.
func (s *Slice) Events(entityType string, each func(e *EventRow) error) error {
	query := s.Table("events").Select("id", "entity_id", "entity_version", "action", "actor", "idempotency_caller",
		"idempotency_key", "changes", TimeText("created_at")).
		Where("entity_type = ? AND entity_id BETWEEN ? AND ?", entityType, s.First, s.Last).
		Order("entity_id, entity_version")
	return EachRow(query, func(row *sql.Rows) error {
		e := &EventRow{EntityType: entityType}
		var at Moment
		err := row.Scan(&e.ID, &e.EntityID, &e.EntityVersion, &e.Action, &e.Actor, &e.IdempotencyCaller, &e.IdempotencyKey, &e.Changes, &at)
		if err != nil {
			return err
		}
		e.CreatedAt = at.Time
		return each(e)
	})
}

// Tells says whether values are what the events told last of the fields of these names; what none has told of has no value.
// It may say no of values that are only written in another way.
func (p *Past) Tells(fields map[string]any) bool {
	for field, value := range fields {
		if !isTold(p.Fields[field], value) {
			return false
		}
	}
	return true
}

func isTold(told jsontext.Value, value any) bool {
	switch v := value.(type) {
	case nil:
		return told == nil || string(told) == "null"
	case string:
		then, err := jsontext.AppendUnquote(nil, told)
		return string(then) == v && (err == nil || told == nil)
	case int64:
		return string(told) == strconv.FormatInt(v, 10)
	}
	then := reflect.New(reflect.TypeOf(value))
	return json.Unmarshal(told, then.Interface()) == nil && reflect.DeepEqual(then.Elem().Interface(), value)
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
