package crud

import (
	"context"
	"fmt"
	"time"

	"b2b.example/crud/lists"
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
	row, err := t.rebuild(p)
	if err != nil || t.Resource.AsOf == nil {
		return row, err
	}
	if err := t.Resource.AsOf(t.d.Read(ctx), row, at); err != nil {
		return nil, fmt.Errorf("%s %d as of %s: %w", t.Name, id, at, err)
	}
	return row, nil
}

// Moment is a time as every database knows it, if it does: to the microsecond, in a year of four digits.
func Moment(at time.Time) (time.Time, bool) {
	at = at.UTC().Truncate(time.Microsecond)
	return at, at.Year() >= 1000 && at.Year() <= 9999
}
