package orders

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/gofiber/fiber/v2"

	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/web"
)

// story is an order with what happened to it, the newest first.
type story struct {
	order    *Order
	events   []db.EventRow
	cancelBy time.Duration // the cancel window
	ends     *time.Time    // of the cancel window
}

func (b *backoffice) storyOf(c *fiber.Ctx, id int64) (*story, error) {
	o, err := Get(kit.Context(c), b.db, id)
	if err != nil {
		return nil, err
	}
	events, err := b.db.Events(kit.Context(c), "order", id, 0, timelineLength)
	return &story{order: o, events: events, cancelBy: b.rules.CancelWindow, ends: b.cancelEnd(o)}, err
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
		page.PlacedBy, page.PlacedThrough = actorName(page.Reader, e), e.Channel
	}
	if e := s.last("confirmed"); e != nil {
		page.ConfirmedBy = actorName(page.Reader, e)
	}
	if e := s.last("canceled"); e != nil {
		page.CanceledBy = actorName(page.Reader, e)
	}
	for i := range s.events {
		page.Timeline = append(page.Timeline, happening(page.Reader, &s.events[i]))
	}
	if n := len(s.events); n > 0 {
		page.EarlierCount = s.events[n-1].EntityVersion - 1
	}
}

// justDone is the reader's own newest action, while it is fresh.
func (s *story) justDone(who kit.Identity, now time.Time) (action string, fresh bool) {
	if len(s.events) == 0 {
		return "", false
	}
	e := &s.events[0]
	own := e.Actor == who.Caller() && e.Channel == kit.ChannelUI && now.Sub(e.CreatedAt) < freshFor
	return e.Action, own && slices.Contains([]string{"created", "confirmed", "canceled"}, e.Action)
}

// why says in a sentence what stands against an action: who did what that makes it impossible, or which rule.
func (s *story) why(r web.Reader, who kit.Identity, code string) string {
	switch code {
	case "ORDER_IS_CONFIRMED":
		return s.doneBy(r, who, code, "confirmed", s.order.ConfirmedAt)
	case "ORDER_IS_CANCELED":
		return s.doneBy(r, who, code, "canceled", s.order.CanceledAt)
	case "CANCEL_WINDOW_PASSED":
		return r.T("page.blocked."+code, "window", r.Until(s.cancelBy), "at", inline(r, *s.ends))
	}
	return r.T("page.blocked." + code)
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
	return r.T(id, "who", actorName(r, e), "at", inline(r, *at))
}

// inline is a time within a sentence: "at 10:32", "on 20 Nov 18:20".
func inline(r web.Reader, at time.Time) string {
	if r.SameDay(at, r.Now) {
		return r.T("page.at.clock", "time", r.Clock(at))
	}
	return r.T("page.at.day", "time", r.When(at))
}

// actorName is the name of who did something, as it was then.
func actorName(r web.Reader, e *db.EventRow) string {
	kind, name, _ := strings.Cut(e.Actor, ":")
	switch {
	case e.ActorName != "":
		return e.ActorName
	case kind == "system":
		return r.T("page.actor.system")
	}
	return name
}

// told are the fields whose changes a timeline shows, in this order: the others follow from these, or are shown above.
var told = []string{"status", "total_cents", "units", "cancel_reason", "cancel_note", "note", "reference"}

// happening is an event as a timeline shows it.
func happening(r web.Reader, e *db.EventRow) web.Happening {
	h := web.Happening{Action: e.Action, Who: actorName(r, e), At: e.CreatedAt, Channel: e.Channel, RequestID: e.RequestID}
	if e.IdempotencyKey != nil && e.Channel != kit.ChannelUI {
		h.Key = *e.IdempotencyKey
	}
	var changes map[string]struct{ Old, New jsontext.Value }
	if err := json.Unmarshal([]byte(e.Changes), &changes, json.MatchCaseInsensitiveNames(true)); err != nil {
		return h // an event that cannot be read is shown without its changes
	}
	for _, field := range told {
		change, ok := changes[field]
		if !ok || e.Action == "created" && field == "status" {
			continue
		}
		before, after := valueText(r, field, change.Old), valueText(r, field, change.New)
		if before != after {
			h.Changes = append(h.Changes, web.Change{Label: r.T("page.field." + field), Old: before, New: after})
		}
	}
	return h
}

// valueText is a field's value as people read it; "" for none.
func valueText(r web.Reader, field string, value jsontext.Value) string {
	var read any
	if len(value) == 0 || json.Unmarshal(value, &read) != nil || read == nil {
		return ""
	}
	switch number, _ := read.(float64); field {
	case "status":
		return r.T(fmt.Sprint("page.status.", read))
	case "cancel_reason":
		return r.T(fmt.Sprint("page.reason.", read))
	case "total_cents":
		return r.MoneySigned(int64(number))
	case "units":
		return r.Number(int64(number))
	}
	return fmt.Sprint(read)
}
