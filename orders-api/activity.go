package orders

import (
	"errors"
	"net/url"

	"b2b.example/crud"
	"b2b.example/crud/exports"
	"b2b.example/crud/lists"
	"b2b.example/db"
	"b2b.example/kit"
)

// The parameters of the list of all events, beside cursor, limit, from and to.
const (
	byActor   = "actor"
	byEntity  = "entity"
	byAction  = "action"
	byRequest = "request_id"
)

// activity is a page of the list of all events, of both services. It has one order, in which each of its filters has an index.
type activity struct{ list }

// parseActivity reads the list's parameters. Events of hidden kinds of entities are left out: that is written so that no
// engine takes an index on the kind for it, which has another order.
func parseActivity(params url.Values, hidden []string) (*activity, error) {
	request, err := lists.Parse(params, byActor, byEntity, byAction, byRequest, byFrom, byTo)
	if err != nil {
		return nil, err
	}
	a := &activity{list{Request: request, order: sorts["-created_at"]}}
	if len(hidden) > 0 {
		a.only("COALESCE(entity_type, NULL) NOT IN ?", hidden)
	}
	return a, a.readFilters()
}

// readFilters narrows the list as far as one index serves it: to who, or what, or a request; and to days.
func (a *activity) readFilters() error {
	narrowed := ""
	for _, by := range []struct{ name, column, below string }{
		{byActor, "actor", ""}, {byEntity, "entity_type", ""}, {byAction, "action", byEntity}, {byRequest, "request_id", ""},
	} {
		if !a.Params.Has(by.name) {
			continue
		}
		if a.Params.Get(by.name) == "" || narrowed != by.below {
			return lists.InvalidParam(by.name)
		}
		narrowed = by.name
		a.only(by.column+" = ?", a.Params.Get(by.name))
	}
	return errors.Join(a.bound(byFrom, "created_at >= ?"), a.bound(byTo, "created_at < ?"))
}

// edge is the place of an event in the list.
func (a *activity) edge(e *db.EventRow, back bool) lists.Cursor {
	return lists.Cursor{List: a.Params.Encode(), Value: e.CreatedAt.UTC().Format(crud.TimeFormat), ID: e.ID, Back: back}
}

// activityColumns are those of the list as a file. The key that a page makes for itself is nobody's to know.
var activityColumns = []exports.Column{
	{Name: "created_at", SQL: "created_at", Kind: exports.Time},
	{Name: "actor", SQL: "actor"},
	{Name: "actor_name", SQL: "actor_name"},
	{Name: "entity", SQL: "entity_type"},
	{Name: "entity_id", SQL: "entity_id", Kind: exports.Number},
	{Name: "version", SQL: "entity_version", Kind: exports.Number},
	{Name: "action", SQL: "action"},
	{Name: "channel", SQL: "channel"},
	{Name: "request_id", SQL: "request_id"},
	{Name: "idempotency_key", SQL: "CASE channel WHEN '" + kit.ChannelUI + "' THEN NULL ELSE idempotency_key END"},
	{Name: "changes", SQL: "changes"},
}
