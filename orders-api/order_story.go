package orders

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"b2b.example/crud/screens"
	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/web"
)

// story is an order with what happened to it, the newest first.
type story struct {
	order  *Order
	events []db.EventRow
	rules  Rules
	ends   *time.Time // of the cancel window
}

func (b *backoffice) storyOf(c *fiber.Ctx, id int64) (*story, error) {
	o, err := Get(kit.Context(c), b.db, id)
	if err != nil {
		return nil, err
	}
	events, err := b.db.Events(kit.Context(c), "order", id, 0, screens.TimelineLength)
	if err != nil {
		return nil, err
	}
	if len(events) > 0 && events[0].EntityVersion == o.Version {
		o.last = &events[0]
		err = readBulk(b.db.Read(kit.Context(c)), o)
	}
	return &story{order: o, events: events, rules: b.rules, ends: b.cancelEnd(o)}, err
}

// last is the newest event of an action; nil for none among those that were read.
func (s *story) last(action string) *db.EventRow {
	for i := range s.events {
		if s.events[i].Action == action {
			return &s.events[i]
		}
	}
	return nil
}

// fill puts into a page who did what.
func (s *story) fill(page *web.Order) {
	if e := s.last("created"); e != nil {
		page.PlacedBy, page.PlacedThrough = screens.ActorName(page.Reader, e), e.Channel
	}
	if e := s.last("confirmed"); e != nil {
		page.ConfirmedBy = screens.ActorName(page.Reader, e)
	}
	if e := s.last("canceled"); e != nil {
		page.CanceledBy = screens.ActorName(page.Reader, e)
	}
	for i := range s.events {
		happened := s.happening(page.Reader, &s.events[i])
		if i > 0 || page.Past {
			happened.URL = pastURL(s.order.ID, s.events[i].CreatedAt)
		}
		page.Timeline = append(page.Timeline, happened)
	}
	if n := len(s.events); n > 0 {
		page.EarlierCount = s.events[n-1].EntityVersion - 1
	}
}

// happening is an event as the order's timeline shows it, with the way to what else its request did.
func (s *story) happening(r web.Reader, e *db.EventRow) web.Happening {
	happening := screens.Happening(r, e, told(r, e.Action))
	happening.RequestURL = requestURL(e)
	return happening
}

// justDone is the reader's own newest action, while it is fresh.
func (s *story) justDone(who kit.Identity, now time.Time) (action string, fresh bool) {
	action, fresh = screens.JustDone(who, now, s.events)
	return action, fresh && (slices.Contains([]string{"created", "confirmed", "canceled", "updated"}, action) || isUndone(&s.events[0]))
}

// why says in a sentence what stands against an action: who did what that makes it impossible, or which rule.
func (s *story) why(r web.Reader, who kit.Identity, code string) string {
	switch code {
	case "ORDER_IS_CONFIRMED":
		return s.doneBy(r, who, code, "confirmed", s.order.ConfirmedAt)
	case "ORDER_IS_CANCELED":
		return s.doneBy(r, who, code, "canceled", s.order.CanceledAt)
	case "CANCEL_WINDOW_PASSED":
		return r.T("page.blocked."+code, "window", r.Until(s.rules.CancelWindow), "at", screens.Inline(r, *s.ends))
	case "UNDO_WINDOW_PASSED":
		end := s.order.undoEnd(r.Now, s.rules) // it has moved, and what is too late stays so
		return r.T("page.blocked.UNDO_WINDOW_PASSED."+string(s.order.Status), "window", r.Until(s.rules.UndoWindow), "at", screens.Inline(r, end))
	case "UNDO_NOT_YOURS":
		return r.T("page.blocked."+code, "who", screens.ActorName(r, &s.events[0]))
	}
	return r.T("page.blocked." + code)
}

// undoneBy says who undid the last move, and when.
func (s *story) undoneBy(r web.Reader, who kit.Identity) string {
	e := &s.events[0]
	id := "page.note.undone_by"
	if e.Actor == who.Caller() {
		id = "page.note.undone_by_you"
	}
	return r.T(id, "who", screens.ActorName(r, e), "at", screens.Inline(r, e.CreatedAt))
}

// missing names what has been sold of what a canceled order had given back.
func (s *story) missing(r web.Reader, f *fault.Fault) string {
	var short []string
	for _, field := range f.Fields {
		sku := s.order.Items[lineOf(field.Field)].SKU
		short = append(short, r.T("page.note.sold.line", "sku", sku, "asked", field.Args["asked"], "available", field.Args["available"]))
	}
	return strings.Join(short, ", ") + ". " + r.T("page.note.sold.do")
}

func (s *story) doneBy(r web.Reader, who kit.Identity, code, action string, at *time.Time) string {
	e := s.last(action)
	if e == nil || at == nil {
		return r.T("page.blocked." + code)
	}
	id := "page.blocked." + code + ".by"
	if e.Actor == who.Caller() {
		id += "_you"
	}
	return r.T(id, "who", screens.ActorName(r, e), "at", screens.Inline(r, *at))
}

// told are the fields whose changes a timeline shows, in this order: the others follow from these, or are shown above.
func told(r web.Reader, action string) []screens.Told {
	as := func(field string, text func(string) string) screens.Told {
		return screens.Told{Field: field, Label: r.T("page.field." + field), Text: func(value string) string {
			if value == "" {
				return ""
			}
			return text(value)
		}}
	}
	plain := func(value string) string { return value }
	fields := []screens.Told{
		as("status", func(value string) string { return r.T("page.status." + value) }),
		as("total_cents", func(value string) string { return r.MoneySigned(numberOf(value)) }),
		as("units", func(value string) string { return r.Number(numberOf(value)) }),
		as("cancel_reason", func(value string) string { return r.T("page.reason." + value) }),
		as("cancel_note", plain), as("note", plain), as("reference", plain),
	}
	if action == "created" { // that it is created then goes without saying
		return fields[1:]
	}
	return fields
}

func numberOf(value string) int64 {
	n, _ := strconv.ParseInt(value, 10, 64) // an event has whole numbers
	return n
}
