package crud

import (
	"context"
	"fmt"
	"time"

	"b2b.example/crud/lists"
	"b2b.example/db"
	"b2b.example/kit/fault"
)

// AsOf gives one entity as it was at a time, or the fault NOT_FOUND when it was not there then.
func (t *Table[T]) AsOf(ctx context.Context, id int64, at time.Time) (*T, error) {
	at, ok := Moment(at)
	if !ok {
		return nil, lists.InvalidParam("as_of")
	}
	p, err := t.d.AsOf(ctx, t.Name, id, at)
	if err != nil {
		return nil, err
	}
	if p == nil || p.Deleted {
		return nil, fault.New(fault.NotFound, "NOT_FOUND")
	}
	row, err := t.Rebuild(p)
	if err != nil || t.Resource.AsOf == nil {
		return row, err
	}
	if err := t.Resource.AsOf(t.d.Read(ctx), row, at); err != nil {
		return nil, fmt.Errorf("%s %d as of %s: %w", t.Name, id, at, err)
	}
	return row, nil
}

// Rebuild makes an entity as its past tells it.
func (d *Description[T]) Rebuild(p *db.Past) (*T, error) {
	f := d.fresh()
	*base(f.row) = p.Entity
	for _, field := range f.fields {
		raw, told := p.Fields[field.name]
		switch {
		case !told:
		case len(raw) == 0 || string(raw) == "null":
			field.value.set(nil)
		case !field.read(raw):
			return nil, fmt.Errorf("%s %d: an event tells no %s of its %s", d.Name, p.ID, field.kind, field.name)
		}
	}
	return f.row, nil
}
