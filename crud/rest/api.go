// Package rest is the REST face of what crud describes: the routes of a table, and their document.
package rest

import (
	"context"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/gofiber/fiber/v2"

	"b2b.example/crud"
	"b2b.example/crud/exports"
	"b2b.example/crud/lists"
	"b2b.example/crud/writes"
	"b2b.example/db"
	"b2b.example/kit"
)

// api is the REST face of a resource, over any store.
type api[T any] struct {
	*crud.Description[T]
	store crud.Store[T]
	past  func(ctx context.Context, id int64, at time.Time) (*T, error)
	now   func() time.Time
}

// The inputs of the routes, beyond the query of a list.
type (
	byID struct {
		ID int64 `path:"id"`
	}
	byIDAndVersion struct {
		ID      int64  `path:"id"`
		IfMatch string `header:"If-Match"` // read by MatchOf: here it is told to the readers of the document
	}
	entity struct {
		Body jsontext.Value
	}
	entityByID struct {
		ID   int64 `path:"id"`
		Body jsontext.Value
	}
	asOf struct {
		ID   int64      `path:"id"`
		AsOf *time.Time `query:"as_of"`
	}
)

// Serve registers the routes of a table's resource.
func Serve[T any](a *kit.App, t *crud.Table[T]) {
	r, name := api[T]{Description: t.Description, store: t, past: t.AsOf, now: a.Now}, typeName(t.Name)
	shown := component(a, name, entitySchema(t.Description))
	input := component(a, name+"Input", inputSchema(t.Description, false))
	patch := component(a, name+"Patch", inputSchema(t.Description, true))
	page := component(a, name+"List", lists.PageSchema(shown))
	all, one := "/"+r.Plural, "/"+r.Plural+"/:id"
	listed := kit.Op{Out: page, Query: listParameters(t.Description), Link: true, CSV: true, Codes: []string{"CURSOR_INVALID"}}
	kit.Handle(a, fiber.MethodGet, all, r.op("list", listed), r.list)
	kit.Handle(a, fiber.MethodPost, all, r.op("create", kit.Op{In: input, Out: shown, Status: fiber.StatusCreated, ETag: true}), r.create)
	kit.Handle(a, fiber.MethodGet, one, r.op("get", kit.Op{Out: shown, ETag: true}), r.get)
	kit.Handle(a, fiber.MethodPatch, one, r.op("update", kit.Op{In: patch, Out: shown, IfMatch: true}), r.patch)
	if r.Replace {
		kit.Handle(a, fiber.MethodPut, one, r.op("replace", kit.Op{In: input, Out: shown, IfMatch: true}), r.replace)
	}
	if r.Deletion == crud.Soft {
		restored := kit.Op{Out: shown, ETag: true, Codes: []string{"IF_MATCH_INVALID", "VERSION_MISMATCH"}}
		kit.Handle(a, fiber.MethodPost, one+"/restore", r.op("restore", restored), r.restore)
	}
	if r.Deletion != crud.Kept {
		kit.Handle(a, fiber.MethodDelete, one, r.op("delete", kit.Op{Status: fiber.StatusNoContent, IfMatch: true}), r.delete)
	}
	ServeEvents(a, t.DB(), r.Name, r.Plural, kit.Operators(r.Read))
}

// op completes the description of an operation.
func (r api[T]) op(verb string, op kit.Op) kit.Op {
	op.ID, op.Tag = verb+typeName(r.Name), r.Plural
	op.Summary = strings.ToUpper(verb[:1]) + verb[1:] + " " + strings.ReplaceAll(r.Name, "_", " ")
	op.Guard = kit.Operators(r.Read)
	if verb != "list" && verb != "get" {
		op.Guard, op.Key = kit.Operators(r.Write), kit.KeyHonoured
	}
	if op.Key == kit.KeyHonoured && op.Status != fiber.StatusNoContent {
		op.Codes, op.Gone = append(op.Codes, "DUPLICATE"), r.Deletion != crud.Kept
	}
	return op
}

func (r api[T]) list(c *fiber.Ctx, _ *kit.Nothing) (*kit.Answer, error) {
	params, err := lists.QueryOf(c)
	if err != nil {
		return nil, err
	}
	if exports.Wanted(c) {
		write, err := r.store.File(kit.Context(c), params)
		if err != nil {
			return nil, err
		}
		return exports.Answer(c, r.Plural, r.now(), write), nil
	}
	page, err := r.store.List(kit.Context(c), params)
	if err != nil {
		return nil, err
	}
	return &kit.Answer{Body: r.JSON(page), Link: page.Link(c.Path())}, nil
}

func (r api[T]) get(c *fiber.Ctx, in *asOf) (answer *kit.Answer, err error) {
	var row *T
	if in.AsOf != nil {
		row, err = r.past(kit.Context(c), in.ID, *in.AsOf)
	} else {
		row, err = r.store.Get(kit.Context(c), in.ID)
	}
	if err != nil {
		return nil, err
	}
	return writes.Sent(r.Answer(row), nil)
}

func (r api[T]) create(c *fiber.Ctx, in *entity) (*kit.Answer, error) {
	input, unreadable := r.Input(in.Body)
	return r.write(c, crud.Request[T]{Input: input, Fault: unreadable}, r.store.Create)
}

func (r api[T]) replace(c *fiber.Ctx, in *entityByID) (*kit.Answer, error) {
	input, unreadable := r.Input(in.Body)
	return r.writeVersion(c, crud.Request[T]{ID: in.ID, Input: input, Fault: unreadable}, r.store.Update)
}

func (r api[T]) patch(c *fiber.Ctx, in *entityByID) (*kit.Answer, error) {
	input, unreadable := r.Patch(in.Body)
	return r.writeVersion(c, crud.Request[T]{ID: in.ID, Input: input, Fault: unreadable}, r.store.Update)
}

func (r api[T]) delete(c *fiber.Ctx, in *byID) (*kit.Answer, error) {
	return r.writeVersion(c, crud.Request[T]{ID: in.ID}, r.store.Delete)
}

func (r api[T]) restore(c *fiber.Ctx, in *byIDAndVersion) (*kit.Answer, error) {
	return r.writeVersion(c, crud.Request[T]{ID: in.ID}, r.store.Restore)
}

// writeVersion is a write of the version that If-Match names.
func (r api[T]) writeVersion(c *fiber.Ctx, request crud.Request[T], do write[T]) (*kit.Answer, error) {
	match, err := writes.MatchOf(c)
	request.Match = match
	if err != nil {
		request.Fault = err
	}
	return r.write(c, request, do)
}

type write[T any] func(context.Context, crud.Request[T]) (db.Answer, error)

func (r api[T]) write(c *fiber.Ctx, request crud.Request[T], do write[T]) (*kit.Answer, error) {
	call, err := writes.CallOf(c)
	if err != nil {
		return nil, err
	}
	request.Call = call
	return writes.Sent(do(kit.Context(c), request))
}
