// Package remote is the store of entities that another service owns.
package remote

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/gofiber/fiber/v2"

	"b2b.example/crud"
	"b2b.example/crud/exports"
	"b2b.example/crud/lists"
	"b2b.example/db"
	"b2b.example/kit"
)

// Store is the crud.Store of entities that another service owns, over its REST API and in the name of the operator whose page
// asks: its rules, versions, cursors and refusals are that service's.
type Store[T any] struct {
	*crud.Description[T]
	client *kit.Client
}

var _ crud.Store[struct{ db.Entity }] = (*Store[struct{ db.Entity }])(nil)

// New makes the store of a resource, whose owner the client calls.
func New[T any](client *kit.Client, r crud.Resource[T]) *Store[T] {
	return &Store[T]{Description: crud.Describe(r), client: client}
}

// Client calls the service that owns them.
func (r *Store[T]) Client() *kit.Client { return r.client }

// List gives one page.
func (r *Store[T]) List(ctx context.Context, params url.Values) (lists.Page[T], error) {
	reply, err := r.do(ctx, kit.Call{Path: "/" + r.Plural, Query: params})
	if err != nil {
		return lists.Page[T]{}, err
	}
	var listed struct {
		Data []jsontext.Value `json:"data"`
		Next *string          `json:"next_cursor"`
		Prev *string          `json:"prev_cursor"`
	}
	if err := reply.JSON(&listed); err != nil {
		return lists.Page[T]{}, err
	}
	page := lists.Page[T]{Next: orEmpty(listed.Next), Prev: orEmpty(listed.Prev), Limit: lists.DefaultLimit}
	for _, body := range listed.Data {
		row, err := r.Decode(body)
		if err != nil {
			return lists.Page[T]{}, err
		}
		page.Rows = append(page.Rows, *row)
	}
	return page, nil
}

func orEmpty(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

// Get gives one entity, or the fault NOT_FOUND.
func (r *Store[T]) Get(ctx context.Context, id int64) (*T, error) {
	reply, err := r.do(ctx, kit.Call{Path: r.path(id)})
	if err != nil {
		return nil, err
	}
	return r.Decode(reply.Body)
}

// Events are the newest of an entity's events, up to a limit.
func (r *Store[T]) Events(ctx context.Context, id int64, limit int) ([]db.EventRow, error) {
	reply, err := r.do(ctx, kit.Call{Path: r.path(id) + "/events", Query: url.Values{"limit": {strconv.Itoa(limit)}}})
	if err != nil {
		return nil, err
	}
	var listed struct {
		Data []struct {
			Version   int64          `json:"version"`
			Action    string         `json:"action"`
			Actor     string         `json:"actor"`
			ActorName string         `json:"actor_name"`
			Channel   string         `json:"channel"`
			RequestID string         `json:"request_id"`
			Changes   jsontext.Value `json:"changes"`
			CreatedAt time.Time      `json:"created_at"`
		} `json:"data"`
	}
	if err := reply.JSON(&listed); err != nil {
		return nil, err
	}
	var events []db.EventRow
	for _, e := range listed.Data {
		events = append(events, db.EventRow{
			EntityType: r.Name, EntityID: id, EntityVersion: e.Version, Action: e.Action, Actor: e.Actor, ActorName: e.ActorName,
			Channel: e.Channel, RequestID: e.RequestID, Changes: string(e.Changes), CreatedAt: e.CreatedAt,
		})
	}
	return events, nil
}

// File is the whole of a list, as its owner writes it.
func (r *Store[T]) File(ctx context.Context, params url.Values) (exports.Writer, error) {
	return File(ctx, r.client, kit.Call{Path: "/" + r.Plural, Query: params})
}

// File is what another service answers as a file, in the name of the operator whose page asks.
func File(ctx context.Context, client *kit.Client, call kit.Call) (exports.Writer, error) {
	call.Header, call.Acting = http.Header{fiber.HeaderAccept: {exports.Type}}, true
	body, err := client.Open(context.WithoutCancel(ctx), call)
	if err != nil {
		return nil, err
	}
	return func(_ context.Context, w io.Writer, _ string) error {
		defer func() { _ = body.Close() }()
		_, err := io.Copy(w, body)
		return err
	}, nil
}

// Create makes an entity: 201.
func (r *Store[T]) Create(ctx context.Context, request crud.Request[T]) (db.Answer, error) {
	return r.write(ctx, request, kit.Call{Method: fiber.MethodPost, Path: "/" + r.Plural, Body: jsontext.Value(request.Input.JSON())})
}

// Update changes the fields that the input has: 200.
func (r *Store[T]) Update(ctx context.Context, request crud.Request[T]) (db.Answer, error) {
	return r.write(ctx, request, kit.Call{Method: fiber.MethodPatch, Path: r.path(request.ID), Body: jsontext.Value(request.Input.JSON())})
}

// Delete removes an entity: 204.
func (r *Store[T]) Delete(ctx context.Context, request crud.Request[T]) (db.Answer, error) {
	return r.write(ctx, request, kit.Call{Method: fiber.MethodDelete, Path: r.path(request.ID)})
}

// Restore brings a deleted entity back: 200.
func (r *Store[T]) Restore(ctx context.Context, request crud.Request[T]) (db.Answer, error) {
	return r.write(ctx, request, kit.Call{Method: fiber.MethodPost, Path: r.path(request.ID) + "/restore"})
}

func (r *Store[T]) path(id int64) string { return "/" + r.Plural + "/" + strconv.FormatInt(id, 10) }

func (r *Store[T]) do(ctx context.Context, call kit.Call) (*kit.Reply, error) {
	call.Acting = true
	return r.client.Do(ctx, call)
}

// write makes a change under the request's own key, so that asking again finds it done. An input with a fault is not sent:
// what cannot be read has no form in which it could be.
func (r *Store[T]) write(ctx context.Context, request crud.Request[T], call kit.Call) (db.Answer, error) {
	if request.Input != nil {
		if err := request.Input.Err(); err != nil {
			return db.Answer{}, err
		}
	}
	call.Key, call.IfMatch = request.Key, request.Match.Tag()
	if request.DryRun {
		call.Query = url.Values{"dry_run": {"true"}}
	}
	reply, err := r.do(ctx, call)
	if err != nil {
		return db.Answer{}, err
	}
	answer := db.Answer{
		Status: reply.Status, ContentType: reply.Header.Get(fiber.HeaderContentType), ETag: reply.Header.Get(fiber.HeaderETag),
		Location: reply.Header.Get(fiber.HeaderLocation), Body: reply.Body, TargetType: r.Name, TargetID: request.ID,
		Replayed: reply.Header.Get("Idempotent-Replayed") == "true",
	}
	if reply.Status == http.StatusNoContent {
		return answer, nil
	}
	row, err := r.Decode(reply.Body)
	if err != nil {
		return db.Answer{}, err
	}
	answer.TargetID = r.ID(row)
	return answer, nil
}
