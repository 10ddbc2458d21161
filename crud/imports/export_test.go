package imports

import (
	"context"

	"b2b.example/crud"
	"b2b.example/db"
	"b2b.example/kit"
)

// Step does a little of what there is to do for a table, as the worker does again and again.
func Step[T any](ctx context.Context, d *db.DB, t *crud.Table[T]) (bool, error) {
	return (&service[T]{Table: t, d: d}).step(ctx)
}

// ServeIdle is Serve without the worker.
func ServeIdle[T any](a *kit.App, t *crud.Table[T]) Store {
	s := &service[T]{Table: t, d: t.DB(), wake: func() {}}
	s.routes(a)
	return s
}
