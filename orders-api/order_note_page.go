package orders

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"b2b.example/crud/screens"
	"b2b.example/crud/writes"
	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/web"
)

// noteForm is what has been typed into the form of an order's note, and what the note was when the form was opened.
type noteForm struct {
	key, note, before string
	version           int64 // of the order, when the form was opened
}

func readNoteForm(sent url.Values) noteForm {
	version, _ := strconv.ParseInt(sent.Get("version"), 10, 64)
	return noteForm{key: sent.Get("key"), note: sent.Get("note"), before: sent.Get("before.note"), version: version}
}

// notePage shows the form of an order's note.
func (b *backoffice) notePage(c *fiber.Ctx) error {
	id, err := screens.IDOf(c)
	if err != nil {
		return err
	}
	o, err := Get(kit.Context(c), b.db, id)
	if err != nil {
		return err
	}
	return b.showNote(c, id, noteForm{key: uuid.NewString(), note: o.Note, before: o.Note, version: o.Version}, nil)
}

// askForNote shows the form again, with what was typed already.
func (b *backoffice) askForNote(c *fiber.Ctx, sent url.Values) error {
	id, err := screens.IDOf(c)
	if err != nil {
		return err
	}
	return b.showNote(c, id, readNoteForm(sent), nil)
}

// noteOrder saves an order's note. What else has happened to the order meanwhile is in nobody's way; another note is.
func (b *backoffice) noteOrder(c *fiber.Ctx, sent url.Values) error {
	id, err := taken(c, sent)
	if err != nil {
		return err
	}
	typed := readNoteForm(sent)
	_, err = b.change(c, func(tx *db.Tx, _ writes.Match) (*Order, error) {
		return reannotate(tx, id, typed.before, typed.note)
	})
	switch {
	case err == nil:
		return c.Redirect(screens.Behind(c, orderURL(id)), http.StatusSeeOther)
	case fault.Is(err, "IDEMPOTENCY_KEY_REUSED"):
		return c.Redirect(screens.Behind(c, orderURL(id)+"?"+cameBy+"="+cameSaved), http.StatusSeeOther)
	case fault.Of(err).Kind == fault.NotFound || fault.Of(err).Kind == fault.Unauthenticated:
		return err
	}
	return b.showNote(c, id, typed, err)
}

// reannotate changes a note that is still what it was, or has become what is wanted.
func reannotate(tx *db.Tx, id int64, before, note string) (*Order, error) {
	o, err := lockOrder(tx, id)
	if err != nil {
		return nil, err
	}
	if o.Note != before && o.Note != note {
		return nil, fault.New(fault.Stale, "VERSION_MISMATCH")
	}
	return o, o.annotate(tx, note)
}

// showNote shows the form with what was typed and what is wrong with it. Where somebody else has changed the note, it says
// what it is now; what is saved after that replaces it.
func (b *backoffice) showNote(c *fiber.Ctx, id int64, typed noteForm, refused error) error {
	frame, err := b.Frame(c, "orders")
	if err != nil {
		return err
	}
	page := web.Question{
		Frame: frame, Title: frame.T("page.order_note.title", "id", id), BackURL: screens.Behind(c, orderURL(id)), BackLabel: frame.T("page.order_note.keep"),
		Action: screens.Behind(c, noteURL(id)), Key: typed.key, Version: typed.version, Label: frame.T("page.order_note.save"),
		Entity: web.EntityName("order", id), Kept: frame.T("page.news.kept.note"),
	}
	page.Inputs = []web.Input{{
		Name: "note", Label: frame.T("page.order.note"), Hint: frame.T("page.order_note.hint"), Kind: "lines",
		Value: typed.note, Before: typed.before, Most: maxNote, Optional: true,
	}}
	switch {
	case fault.Is(refused, "VERSION_MISMATCH"):
		o, err := Get(kit.Context(c), b.db, id)
		if err != nil {
			return err
		}
		kit.Refusal(c, refused) // the answer's status
		page.Inputs[0].Before, page.Version = o.Note, o.Version
		page.Notice = &web.Note{Kind: "warn", Title: frame.T("page.order_note.changed"), Text: frame.T("page.order_note.changed.do", "note", o.Note)}
	case refused != nil:
		page.Errors, page.Notice = screens.Blame(c, frame.Reader, page.Inputs, refused)
	}
	return screens.Show(c, page.Page)
}

func noteURL(id int64) string { return orderURL(id) + "/note" }
