package crud

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"gorm.io/gorm"

	"b2b.example/crud/lists"
	"b2b.example/db"
	"b2b.example/kit/fault"
)

// Table is the Store of the service that owns the table.
type Table[T any] struct {
	*Description[T]
	d *db.DB
}

var _ Store[struct{ db.Entity }] = (*Table[struct{ db.Entity }])(nil)

// NewTable makes the store of a resource. It panics on a description that cannot work.
func NewTable[T any](d *db.DB, r Resource[T]) *Table[T] {
	return &Table[T]{Description: Describe(r), d: d}
}

// DB is where the table is.
func (t *Table[T]) DB() *db.DB { return t.d }

// List gives one page.
func (t *Table[T]) List(ctx context.Context, params url.Values) (lists.Page[T], error) {
	q, err := t.query(params)
	if err != nil {
		return lists.Page[T]{}, err
	}
	read := t.d.Read(ctx)
	if err := q.ready(read, false); err != nil {
		return lists.Page[T]{}, err
	}
	var rows []T
	if err := q.apply(t.rows(read).Select(t.columns)).Find(&rows).Error; err != nil {
		return lists.Page[T]{}, fmt.Errorf("list %s: %w", t.Plural, err)
	}
	return lists.PageOf(rows, q.Limit, q.At, t.edge(q)), nil
}

// Get gives one entity, or the fault NOT_FOUND.
func (t *Table[T]) Get(ctx context.Context, id int64) (*T, error) {
	return t.take(t.alive(t.d.Read(ctx)), id)
}

// Create makes an entity: 201.
func (t *Table[T]) Create(ctx context.Context, r Request[T]) (db.Answer, error) {
	return t.once(ctx, r.sealed(), func(tx *db.Tx) (db.Answer, error) {
		row := t.fresh()
		if err := t.decide(row, t.edit(tx, r.Input)); err != nil {
			return db.Answer{}, err
		}
		if err := t.insert(tx, row); err != nil {
			return db.Answer{}, err
		}
		answer := t.Answer(row.row)
		answer.Status, answer.Location = http.StatusCreated, "/"+t.Plural+"/"+strconv.FormatInt(answer.TargetID, 10)
		return answer, t.also(tx, nil, row.row)
	})
}

// Update replaces an entity, or some of its fields: 200, also where nothing changed.
func (t *Table[T]) Update(ctx context.Context, r Request[T]) (db.Answer, error) {
	return t.once(ctx, r.sealed(), func(tx *db.Tx) (db.Answer, error) {
		before, after, err := t.Change(tx, r.ID, r.Match, "updated", t.edit(tx, r.Input))
		if err != nil {
			return db.Answer{}, err
		}
		if before != after {
			err = t.also(tx, before, after)
		}
		return t.Answer(after), err
	})
}

// Delete removes an entity: 204.
func (t *Table[T]) Delete(ctx context.Context, r Request[T]) (db.Answer, error) {
	return t.once(ctx, r, func(tx *db.Tx) (db.Answer, error) {
		row, err := t.lock(tx, r.ID, r.Match)
		if err != nil {
			return db.Answer{}, err
		}
		last := *row
		if err := t.remove(tx, t.bind(&last)); err != nil {
			return db.Answer{}, err
		}
		answer := db.Answer{Status: http.StatusNoContent, TargetType: t.Name, TargetID: r.ID}
		return answer, t.also(tx, row, nil)
	})
}

// Restore brings a deleted entity back, while what is unique about it is free: 200, also where it was not deleted. A version
// is heeded, and need not be named.
func (t *Table[T]) Restore(ctx context.Context, r Request[T]) (db.Answer, error) {
	return t.once(ctx, r, func(tx *db.Tx) (db.Answer, error) {
		row, err := t.take(t.rows(tx.Clauses(db.Lock())), r.ID)
		if err != nil {
			return db.Answer{}, err
		}
		if r.Match.Tag() != "" {
			if err := r.Match.Refusal(base(row).Version, func() []byte { return t.bind(row).json(nil) }); err != nil {
				return db.Answer{}, err
			}
		}
		current := t.Answer(row)
		restored, err := t.restore(tx, t.bind(row))
		if err != nil || !restored {
			return current, err
		}
		return t.Answer(row), t.also(tx, nil, row)
	})
}

// once runs a write once for its key. A request that could not be read gets the answer that its key has, or is refused.
func (t *Table[T]) once(ctx context.Context, r Request[T], effect func(*db.Tx) (db.Answer, error)) (db.Answer, error) {
	w := db.Write{Call: r.Call, Effect: effect, Now: t.Now}
	if r.Fault == nil {
		return t.d.Once(ctx, w)
	}
	stored, err := t.d.Stored(ctx, w)
	if err != nil || stored == nil {
		return db.Answer{}, cmp.Or(err, r.Fault)
	}
	return *stored, nil
}

// Now answers an entity as it is, or the fault NOT_FOUND.
func (t *Table[T]) Now(ctx context.Context, id int64) (db.Answer, error) {
	row, err := t.Get(ctx, id)
	if err != nil {
		return db.Answer{}, err
	}
	return t.Answer(row), nil
}

// Events are the newest of an entity's events, up to a limit, also of a deleted one.
func (t *Table[T]) Events(ctx context.Context, id int64, limit int) ([]db.EventRow, error) {
	return t.d.Events(ctx, t.Name, id, 0, limit)
}

// rows is the table, with the rows that were deleted softly.
func (t *Table[T]) rows(q *gorm.DB) *gorm.DB { return q.Table(t.table) }

// alive is the table without them.
func (t *Table[T]) alive(q *gorm.DB) *gorm.DB {
	if t.Deletion == Soft {
		return t.rows(q).Where("deleted_at IS NULL")
	}
	return t.rows(q)
}

func (t *Table[T]) take(q *gorm.DB, id int64) (*T, error) {
	row := new(T)
	err := q.Select(t.columns).Where("id = ?", id).Take(row).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return nil, fault.New(fault.NotFound, "NOT_FOUND")
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", t.Name, err)
	}
	return row, nil
}

// also does what else a change brings with it.
func (t *Table[T]) also(tx *db.Tx, before, after *T) error {
	if t.Changed == nil {
		return nil
	}
	return t.Changed(tx, before, after)
}
