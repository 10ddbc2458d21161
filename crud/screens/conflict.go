package screens

import (
	"net/url"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"b2b.example/kit"
	"b2b.example/web"
)

// theirsOf is what a row holds, as people type it.
func (r resource[T]) theirsOf(c *fiber.Ctx, theirs *T) map[string]string {
	return r.draftOf(c, theirs).before
}

// disputed says whether saving would undo something that somebody else has saved since the form was opened: a field that
// is not what it was then, nor what it was made here.
func (r resource[T]) disputed(c *fiber.Ctx, d *draft, theirs *T) bool {
	now := r.theirsOf(c, theirs)
	for name, before := range d.before {
		if now[name] != before && now[name] != d.typed[name] {
			return true
		}
	}
	return false
}

// conflict shows field by field what was there, what somebody else has made of it since, and what was typed here. Where
// one side alone has changed a field, that side is chosen already.
func (r resource[T]) conflict(c *fiber.Ctx, id int64, d *draft, theirs *T, refused error) error {
	frame, err := r.Frame(c, r.Plural)
	if err != nil {
		return err
	}
	kit.Refusal(c, refused)
	page := web.Conflict{
		Frame: frame, Title: r.editTitle(frame.Reader, d), Entity: web.EntityName(r.Name, id), BackURL: Behind(c, r.urlOf(id)),
		BackLabel: r.word(frame.Reader, "one"), Action: Behind(c, r.urlOf(id, "edit")), Key: uuid.NewString(), Version: r.Version(theirs),
	}
	if events, err := r.store.Events(kit.Context(c), id, 1); err == nil && len(events) > 0 {
		page.Who = ActorName(frame.Reader, &events[0])
		page.Intro = frame.T("page.conflict.intro", "who", page.Who, "at", Inline(frame.Reader, events[0].CreatedAt))
	}
	now, refs := r.theirsOf(c, theirs), references{}
	for _, look := range r.Looks() {
		for _, side := range []map[string]string{now, d.before, d.typed} {
			refs.add(look, side[look.Name])
		}
	}
	if r, err = r.naming(c, refs); err != nil {
		return err
	}
	for _, field := range r.FieldsOf(theirs) {
		look := field.Look()
		if _, typedHere := d.typed[look.Name]; !typedHere || look.Secret {
			continue
		}
		was, other, yours := d.before[look.Name], now[look.Name], d.typed[look.Name]
		text := func(value string) string {
			return r.shown(frame.Reader, look, read(frame.Reader, look.Kind, value)).Text
		}
		row := web.ConflictRow{
			Name: look.Name, Label: r.label(frame.Reader, look.Name), Before: text(was), Theirs: text(other), Yours: text(yours),
			Typed: yours, Was: was, Other: other, Take: "theirs", Same: other == yours, Both: other != was && yours != was && other != yours,
		}
		if yours != was {
			row.Take = "yours"
		}
		page.Rows = append(page.Rows, row)
	}
	return Show(c, page.Page)
}

// resolve makes of a conflict's answer the draft that it means: what was taken of each side, against theirs.
func resolve(sent url.Values, d *draft) {
	for name := range d.typed {
		if !sent.Has("other." + name) {
			continue
		}
		take := sent.Get("take." + name)
		switch sent.Get("do") {
		case "theirs":
			take = "theirs"
		case "mine":
			take = "yours"
		}
		d.before[name] = sent.Get("other." + name)
		if take != "yours" {
			d.typed[name] = d.before[name]
		}
	}
}
