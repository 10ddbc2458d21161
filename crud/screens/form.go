package screens

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"b2b.example/crud"
	"b2b.example/crud/writes"
	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/web"
)

// draft is a form as it was opened and typed.
type draft struct {
	key     string
	version int64
	typed   map[string]string // by field, as people type
	before  map[string]string // by field, when the form was opened
	search  map[string]string // by field, of a reference that is looked for
	focus   string            // the field to go on with after a button; "" for none
}

// newForm is the empty form of a new one, with its defaults.
func (r resource[T]) newForm(c *fiber.Ctx) error {
	d := r.draftOf(c, r.Fresh())
	for _, look := range r.Looks() {
		if isNumber(look.Kind) && look.Required && look.Least > 0 && strings.Trim(d.typed[look.Name], "0.,") == "" {
			d.typed[look.Name], d.before[look.Name] = "", "" // it can't be 0, so 0 is no help
		}
	}
	return r.showForm(c, d, nil)
}

func (r resource[T]) newAgain(c *fiber.Ctx, sent url.Values) error {
	return r.showForm(c, r.readDraft(sent), nil)
}

// editForm is the form of one, as it is now.
func (r resource[T]) editForm(c *fiber.Ctx) error {
	id, err := IDOf(c)
	if err != nil {
		return err
	}
	row, err := r.store.Get(kit.Context(c), id)
	if err != nil {
		return err
	}
	return r.showForm(c, r.draftOf(c, row), nil)
}

func (r resource[T]) editAgain(c *fiber.Ctx, sent url.Values) error {
	return r.showForm(c, r.readDraft(sent), nil)
}

// draftOf is a form opened on a row.
func (r resource[T]) draftOf(c *fiber.Ctx, row *T) *draft {
	d := &draft{key: uuid.NewString(), version: r.Version(row), typed: map[string]string{}, before: map[string]string{}}
	reader := r.PlainFrame(c, "").Reader
	for _, field := range r.FieldsOf(row) {
		look := field.Look()
		if look.ReadOnly || look.Secret {
			continue
		}
		d.typed[look.Name] = typed(reader, look.Kind, field.Text())
		d.before[look.Name] = d.typed[look.Name]
	}
	return d
}

// readDraft reads a form that was sent. A check box that is off sends nothing, so another field says that it was there.
func (r about) readDraft(sent url.Values) *draft {
	d := &draft{key: sent.Get("key"), typed: map[string]string{}, before: map[string]string{}, search: map[string]string{}}
	d.version, _ = strconv.ParseInt(sent.Get("version"), 10, 64)
	for _, look := range r.looks {
		switch {
		case look.Flag || look.ReadOnly:
			continue
		case sent.Has(look.Name):
			d.typed[look.Name] = sent.Get(look.Name)
		case look.Kind == crud.KindBool && sent.Has("sent."+look.Name):
			d.typed[look.Name] = "false"
		}
		if look.To != "" {
			d.search[look.Name] = sent.Get(look.Name + "_search")
		}
		if sent.Has("before." + look.Name) {
			d.before[look.Name] = sent.Get("before." + look.Name)
		}
	}
	return d
}

// create makes a new one.
func (r resource[T]) create(c *fiber.Ctx, sent url.Values) error {
	d := r.readDraft(sent)
	if r.press(d, sent.Get("do")) {
		return r.showForm(c, d, nil)
	}
	request, err := r.request(c, sent)
	if err != nil {
		return err
	}
	reader := r.PlainFrame(c, "").Reader
	values := map[string]string{}
	for _, look := range r.Looks() {
		if text, ok := d.typed[look.Name]; ok {
			values[look.Name] = read(reader, look.Kind, text)
		}
	}
	request.Input = r.Typed(values, false)
	answer, err := r.store.Create(kit.Context(c), request)
	switch {
	case fault.Is(err, "IDEMPOTENCY_KEY_REUSED"):
		return r.madeAlready(c, d, err)
	case err != nil:
		return r.refusedForm(c, d, err)
	}
	return c.Redirect(r.urlOf(answer.TargetID), http.StatusSeeOther)
}

// madeAlready leads to the one that this form has made, when it is sent again with other values.
func (r resource[T]) madeAlready(c *fiber.Ctx, d *draft, reused error) error {
	kind, id, err := r.Target(kit.Context(c), kit.Who(c).Caller(), d.key)
	if err != nil {
		return err
	}
	if kind != r.Name {
		return r.showForm(c, d, reused)
	}
	return c.Redirect(r.urlOf(id)+"?"+cameBy+"="+cameAgain, http.StatusSeeOther)
}

// update saves what the form has changed, and nothing else of the entity.
func (r resource[T]) update(c *fiber.Ctx, sent url.Values) error {
	d := r.readDraft(sent)
	if r.press(d, sent.Get("do")) {
		return r.showForm(c, d, nil)
	}
	resolve(sent, d)
	request, err := r.request(c, sent)
	if err != nil {
		return err
	}
	_, err = r.save(c, request, d)
	if fault.Is(err, "IDEMPOTENCY_KEY_REUSED") {
		err = r.saveAgain(c, request, d)
	}
	switch theirs := r.Current(err); {
	case err == nil:
		return c.Redirect(Behind(c, r.urlOf(request.ID)), http.StatusSeeOther)
	case theirs != nil && !r.disputed(c, d, theirs):
		d.version = r.Version(theirs)
		if _, err = r.save(c, request, d); err == nil {
			return c.Redirect(Behind(c, r.urlOf(request.ID)), http.StatusSeeOther)
		}
	case theirs != nil:
		return r.conflict(c, request.ID, d, theirs, err)
	}
	return r.refusedForm(c, d, err)
}

// saveAgain saves a form that has been saved before, and was gone back to and changed: once more, under a key that belongs to
// its values. Where all that has changed since it was opened is its reader's own doing, what stands in it now is meant.
func (r resource[T]) saveAgain(c *fiber.Ctx, request crud.Request[T], d *draft) error {
	theirs, err := r.store.Get(kit.Context(c), request.ID)
	if err != nil {
		return err
	}
	if r.isOwn(c, request.ID, d.version, r.Version(theirs)) {
		d.before, d.version = r.theirsOf(c, theirs), r.Version(theirs)
	}
	values := sha256.Sum256(fmt.Appendf(nil, "%d %s", d.version, c.Request().Body())) // the form's key is among them
	request.Key = hex.EncodeToString(values[:])
	_, err = r.save(c, request, d)
	return err
}

// isOwn says whether all versions after one, up to another, are what the reader has made on pages.
func (r resource[T]) isOwn(c *fiber.Ctx, id, after, last int64) bool {
	if after < 1 || last-after > TimelineLength {
		return false
	}
	events, err := r.store.Events(kit.Context(c), id, int(last-after))
	return err == nil && !slices.ContainsFunc(events, func(e db.EventRow) bool {
		return e.EntityVersion > after && (e.Actor != kit.Who(c).Caller() || e.Channel != kit.ChannelUI)
	})
}

// save sends the changes for the version that the form was opened with.
func (r resource[T]) save(c *fiber.Ctx, request crud.Request[T], d *draft) (db.Answer, error) {
	reader, changed := r.PlainFrame(c, "").Reader, map[string]string{}
	for _, look := range r.Looks() {
		text, ok := d.typed[look.Name]
		if !ok || text == d.before[look.Name] || look.Secret && text == "" {
			continue
		}
		changed[look.Name] = read(reader, look.Kind, text)
	}
	request.Input, request.Match = r.Typed(changed, true), writes.VersionMatch(d.version)
	return r.store.Update(kit.Context(c), request)
}

// refusedForm shows a form again with what is wrong with it, unless it is about nothing that there is.
func (r resource[T]) refusedForm(c *fiber.Ctx, d *draft, err error) error {
	if kind := fault.Of(err).Kind; kind == fault.NotFound || kind == fault.Unauthenticated || kind == fault.Forbidden {
		return err
	}
	return r.showForm(c, d, err)
}

// showForm shows a form with all that was typed, and with what was refused at the fields to blame.
func (r resource[T]) showForm(c *fiber.Ctx, d *draft, refused error) error {
	frame, err := r.Frame(c, r.Plural)
	if err != nil {
		return err
	}
	page := web.EntityForm{
		Frame: frame, Title: r.word(frame.Reader, "new"), BackURL: r.url(), BackLabel: r.word(frame.Reader, "many"),
		Action: r.url("new"), Key: d.key, Version: d.version, Label: frame.T("page.entity.create"), Focus: d.focus,
	}
	if c.Params("id") != "" {
		id, err := IDOf(c)
		if err != nil {
			return err
		}
		page.Entity, page.Title, page.Label = web.EntityName(r.Name, id), r.editTitle(frame.Reader, d), frame.T("page.entity.save")
		page.BackURL, page.BackLabel, page.Action = Behind(c, r.urlOf(id)), r.word(frame.Reader, "one"), Behind(c, r.urlOf(id, "edit"))
	}
	if page.Inputs, err = r.inputs(c, frame.Reader, d); err != nil {
		return err
	}
	if refused != nil {
		page.Errors, page.Notice = Blame(c, frame.Reader, page.Inputs, refused)
	}
	return Show(c, page.Page)
}

// editTitle names what is edited, as it was when the form was opened.
func (r resource[T]) editTitle(reader web.Reader, d *draft) string {
	was := map[string]string{}
	for _, look := range r.Looks() {
		was[look.Name] = read(reader, look.Kind, d.before[look.Name])
	}
	return reader.T("page.entity.edit.title", "title", r.Title(r.Typed(was, true).Row()))
}

func (r resource[T]) inputs(c *fiber.Ctx, reader web.Reader, d *draft) (inputs []web.Input, err error) {
	refs := references{}
	for _, look := range r.Looks() {
		refs.add(look, d.typed[look.Name])
	}
	if r, err = r.naming(c, refs); err != nil {
		return nil, err
	}
	for _, look := range r.Looks() {
		if look.Flag || look.ReadOnly {
			continue
		}
		input := web.Input{
			Name: look.Name, Label: r.label(reader, look.Name), Hint: r.hint(reader, look.Name), Kind: string(look.Kind),
			Value: d.typed[look.Name], Before: d.before[look.Name], Required: look.Required, Optional: !look.Required,
		}
		switch look.Kind { //nolint:exhaustive // the others need nothing more
		case crud.KindText, crud.KindEmail:
			input.Most = look.Most
		case crud.KindMoney:
			input.Unit, input.LeastCents, input.MostCents = reader.Currency, look.Least, look.Most
		case crud.KindSecret:
			input.Value, input.Required, input.Optional = "", look.Required && d.version == 0, d.version > 0
		case crud.KindBool:
			input.Optional = false
		case crud.KindRef:
			if err := r.refer(c, &input, look, d); err != nil {
				return nil, err
			}
		}
		for _, choice := range look.Choices {
			input.Options = append(input.Options, web.Option{Value: choice, Label: r.shown(reader, look, choice).Text})
		}
		inputs = append(inputs, input)
	}
	return inputs, nil
}

// Blame tells what was refused: at the inputs to blame, or above the form where none is.
func Blame(c *fiber.Ctx, reader web.Reader, inputs []web.Input, refused error) (errors []web.FieldError, notice *web.Note) {
	problem := kit.Refusal(c, refused)
	for _, one := range problem.Errors {
		for i := range inputs {
			if inputs[i].Name == one.Field {
				inputs[i].Error = said(reader, inputs[i], one)
				errors = append(errors, web.FieldError{Field: one.Field, Text: inputs[i].Error})
			}
		}
	}
	if len(errors) == 0 {
		notice = RefusalNote(reader, problem)
	}
	return errors, notice
}

// said is what is wrong with an input. Rules count an amount in cents; who types it does not.
func said(reader web.Reader, input web.Input, wrong kit.FieldProblem) string {
	switch {
	case input.MostCents > 0 && wrong.Code == "TOO_SMALL":
		return reader.T("field.TOO_SMALL", "min", reader.Money(input.LeastCents))
	case input.MostCents > 0 && wrong.Code == "TOO_LARGE":
		return reader.T("field.TOO_LARGE", "max", reader.Money(input.MostCents))
	}
	return wrong.Detail
}
