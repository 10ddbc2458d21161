package rest

import (
	"maps"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/gofiber/fiber/v2"

	"b2b.example/crud"
	"b2b.example/crud/lists"
	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/kit/fault"
)

// timeline is the input of an entity's list of events.
type timeline struct {
	ID     int64  `path:"id"`
	Cursor string `query:"cursor"`
	Limit  int    `query:"limit" default:"20" validate:"min=1,max=100"`
}

// ServeEvents registers an entity's timeline: its events, newest first, also after it was deleted. Whatever exists has
// an event of its making, so one without any is not there.
func ServeEvents(a *kit.App, d *db.DB, name, plural string, guard kit.Guard) {
	op := kit.Op{
		ID: "list" + typeName(name) + "Events", Summary: "What happened to one, newest first", Tag: plural, Guard: guard,
		Link: true, Out: component(a, "EventList", lists.PageSchema(component(a, "Event", eventSchema()))), Codes: []string{"CURSOR_INVALID"},
	}
	kit.Handle(a, fiber.MethodGet, "/"+plural+"/:id/events", op, func(c *fiber.Ctx, in *timeline) (*kit.Answer, error) {
		before, err := in.before(c.Path())
		if err != nil {
			return nil, err
		}
		rows, err := d.Events(kit.Context(c), name, in.ID, before, in.Limit+2)
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 {
			return nil, fault.New(fault.NotFound, "NOT_FOUND")
		}
		page := in.page(c.Path(), before, rows)
		return &kit.Answer{Body: page.JSON(eventJSON), Link: page.Link(c.Path())}, nil
	})
}

// before is one more than the version that the cursor stands at, whose event is read too; 0 without a cursor. A cursor
// is good for one timeline only.
func (in *timeline) before(path string) (int64, error) {
	if in.Cursor == "" {
		return 0, nil
	}
	at, err := lists.ParseCursor(in.Cursor)
	if err != nil || at != (lists.Cursor{List: path, ID: max(at.ID, 1)}) {
		return 0, lists.InvalidCursor()
	}
	return at.ID + 1, nil
}

// page makes a page of the events that were read: that at the cursor, if there is one, those of the page, and one more.
// Versions have no gaps, so the page before is found by counting.
func (in *timeline) page(path string, before int64, rows []db.EventRow) lists.Page[db.EventRow] {
	page := lists.Page[db.EventRow]{Limit: in.Limit}
	if before > 0 && rows[0].EntityVersion == before-1 {
		page.Prev = lists.Cursor{List: path, ID: before - 1 + int64(in.Limit)}.String()
		rows = rows[1:]
	}
	page.Rows = rows[:min(len(rows), in.Limit)]
	if len(rows) > in.Limit {
		page.Next = lists.Cursor{List: path, ID: page.Rows[in.Limit-1].EntityVersion}.String()
	}
	return page
}

// eventJSON is an event as the API shows it.
func eventJSON(b []byte, e *db.EventRow) []byte {
	member := func(name, value string) {
		b, _ = jsontext.AppendQuote(append(append(append(b, `,"`...), name...), `":`...), value)
	}
	b = strconv.AppendInt(append(b, `{"id":`...), e.ID, 10)
	b = strconv.AppendInt(append(b, `,"version":`...), e.EntityVersion, 10)
	member("action", e.Action)
	member("actor", e.Actor)
	member("actor_name", e.ActorName)
	member("channel", e.Channel)
	member("request_id", e.RequestID)
	b = append(append(b, `,"changes":`...), e.Changes...)
	member("created_at", e.CreatedAt.UTC().Format(crud.TimeFormat))
	return append(b, '}')
}

func eventSchema() *openapi3.Schema {
	s := object().
		WithProperty("id", openapi3.NewInt64Schema()).
		WithProperty("version", openapi3.NewInt64Schema()).
		WithProperty("changes", openapi3.NewObjectSchema().WithAdditionalProperties(openapi3.NewObjectSchema())).
		WithProperty("created_at", openapi3.NewDateTimeSchema())
	for _, name := range []string{"action", "actor", "actor_name", "channel", "request_id"} {
		s.WithProperty(name, openapi3.NewStringSchema())
	}
	s.Required = slices.Sorted(maps.Keys(s.Properties))
	return s
}
