package screens

import (
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"b2b.example/crud"
	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/web"
)

// ActorName is the name of who did something, as it was then.
func ActorName(reader web.Reader, e *db.EventRow) string {
	kind, name, _ := strings.Cut(e.Actor, ":")
	switch {
	case e.ActorName != "":
		return e.ActorName
	case kind == "system":
		return reader.T("page.actor.system")
	}
	return name
}

// Inline is a time within a sentence: "at 10:32", "on 20 Nov 18:20".
func Inline(reader web.Reader, at time.Time) string {
	if reader.SameDay(at, reader.Now) {
		return reader.T("page.at.clock", "time", reader.Clock(at))
	}
	return reader.T("page.at.day", "time", reader.When(at))
}

// Told is a field whose changes a timeline tells, and how.
type Told struct {
	Field, Label string
	Text         func(value string) string // as people read it; values come as an address has them, "" for none
}

// Happening is an event as a timeline shows it. A change that reads the same before and after is left out.
func Happening(reader web.Reader, e *db.EventRow, told []Told) web.Happening {
	h := web.Happening{Action: e.Action, Who: ActorName(reader, e), At: e.CreatedAt, Channel: e.Channel, RequestID: e.RequestID}
	if e.IdempotencyKey != nil && e.Channel != kit.ChannelUI {
		h.Key = *e.IdempotencyKey
	}
	var changes map[string]struct {
		Old    jsontext.Value `json:"old"`
		New    jsontext.Value `json:"new"`
		Secret bool           `json:"secret"`
	}
	if err := json.Unmarshal([]byte(e.Changes), &changes); err != nil {
		return h // an event that cannot be read is shown without its changes
	}
	for _, one := range told {
		change, ok := changes[one.Field]
		switch before, after := one.Text(plain(change.Old)), one.Text(plain(change.New)); {
		case !ok:
		case change.Secret:
			h.Changes = append(h.Changes, web.Change{Label: one.Label, New: "•••"})
		case before != after:
			h.Changes = append(h.Changes, web.Change{Label: one.Label, Old: before, New: after})
		}
	}
	return h
}

// plain is a JSON value as an address has it.
func plain(value jsontext.Value) string {
	if len(value) == 0 || value.Kind() == jsontext.KindNull {
		return ""
	}
	if value.Kind() != jsontext.KindString {
		return string(value)
	}
	var text string
	if err := json.Unmarshal(value, &text); err != nil {
		return value.String()
	}
	return text
}

// timeline are the events of an entity.
func (r about) timeline(reader web.Reader, events []db.EventRow) []web.Happening {
	told := r.allTold(reader)
	var happened []web.Happening
	for i := range events {
		happened = append(happened, Happening(reader, &events[i], told))
	}
	return happened
}

// allTold are the fields that timelines tell of.
func (r about) allTold(reader web.Reader) []Told {
	var told []Told
	for _, look := range r.looks {
		if !look.Flag {
			told = append(told, r.told(reader, look))
		}
	}
	return told
}

func (r about) told(reader web.Reader, look crud.Look) Told {
	return Told{Field: look.Name, Label: r.label(reader, look.Name), Text: func(value string) string {
		return r.shown(reader, look, value).Text
	}}
}
