package crud

import (
	"context"
	"net/url"

	"b2b.example/crud/exports"
	"b2b.example/crud/lists"
	"b2b.example/crud/writes"
	"b2b.example/db"
)

// Store is where the entities of one kind are kept: our own table, or another service's API.
type Store[T any] interface {
	// List gives one page, by the parameters of a list's URL: filters, search, sort, cursor, limit.
	List(ctx context.Context, params url.Values) (lists.Page[T], error)
	// Get gives one entity, or the fault NOT_FOUND.
	Get(ctx context.Context, id int64) (*T, error)
	// Events are the newest of its events, up to a limit.
	Events(ctx context.Context, id int64, limit int) ([]db.EventRow, error)
	// File is the whole of a list as a file, by the parameters of its URL.
	File(ctx context.Context, params url.Values) (exports.Writer, error)
	// Describe tells what its fields are.
	Describe() *Description[T]

	// The writes happen once for each key, and answer what they answered the first time.
	Create(ctx context.Context, r Request[T]) (db.Answer, error)
	Update(ctx context.Context, r Request[T]) (db.Answer, error)
	Delete(ctx context.Context, r Request[T]) (db.Answer, error)
	Restore(ctx context.Context, r Request[T]) (db.Answer, error)
}

// Request is one write, as it was asked for.
type Request[T any] struct {
	db.Call
	ID    int64        // of the entity; 0 for a new one
	Match writes.Match // the version that it was meant for
	Input *Input[T]    // what was given
	Fault error        // why it could not be read: a refusal, unless its key has an answer already
}

// sealed is the request with what is stored of its secrets in their place. That is slow, so it is done before the
// transaction, and not at all for an input that will be refused.
func (r Request[T]) sealed() Request[T] {
	if r.Input != nil && r.Fault == nil {
		r.Fault = r.Input.seal()
	}
	return r
}
