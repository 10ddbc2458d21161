package screens

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"b2b.example/crud"
	"b2b.example/crud/writes"
	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/web"
)

// TimelineLength is how many events a page shows.
const TimelineLength = 50

// freshFor is how long what the reader did is told as just done.
const freshFor = 60 * time.Second

// How a page was come by, as its address tells it: a form that has made this one was sent again with other values.
const (
	cameBy    = "came"
	cameAgain = "again"
)

// one is the page of one entity.
func (r resource[T]) one(c *fiber.Ctx) error { return r.showOne(c, uuid.NewString(), nil) }

// showOne shows one, also when it is deleted: then with the way to bring it back, and why that was refused.
func (r resource[T]) showOne(c *fiber.Ctx, key string, refused error) error {
	id, err := IDOf(c)
	if err != nil {
		return err
	}
	row, deleted, err := r.known(kit.Context(c), id)
	if err != nil {
		return err
	}
	events, err := r.store.Events(kit.Context(c), id, TimelineLength)
	if err != nil {
		return err
	}
	if r, err = r.naming(c, r.referred(row, events)); err != nil {
		return err
	}
	frame, err := r.Frame(c, r.Plural)
	if err != nil {
		return err
	}
	page := web.Entity{
		Frame: frame, Title: r.Title(row), Kind: r.word(frame.Reader, "one"), BackURL: r.backToList(c), BackLabel: r.word(frame.Reader, "many"),
		Entity: web.EntityName(r.Name, id), Version: r.Version(row), Badge: r.retired(frame.Reader, row),
		Timeline: r.timeline(frame.Reader, events), Done: justDone(frame.Reader, kit.Who(c), events),
	}
	for _, field := range r.FieldsOf(row) {
		if look := field.Look(); shown(look) {
			page.Facts = append(page.Facts, web.Fact{Label: r.label(frame.Reader, look.Name), Cell: r.shown(frame.Reader, look, field.Text())})
		}
	}
	if deleted {
		r.offerRestore(c, &page, row, key, events)
	} else {
		r.offer(c, &page, row)
	}
	if refused != nil {
		page.Notice = RefusalNote(frame.Reader, kit.Refusal(c, refused))
	}
	if c.Query(cameBy) == cameAgain {
		page.Done = nil
		page.Notice = &web.Note{
			Kind: "info", Title: page.T("page.entity.made_already", "title", page.Title), Text: page.T("page.entity.made_already.do"),
		}
	}
	return Show(c, page.Page)
}

// offerRestore says who has deleted it and when, and puts in the way back.
func (r resource[T]) offerRestore(c *fiber.Ctx, page *web.Entity, row *T, key string, events []db.EventRow) {
	page.Badge = page.T("page.entity.deleted")
	if i := slices.IndexFunc(events, func(e db.EventRow) bool { return e.Action == "deleted" }); i >= 0 {
		page.Notice = &web.Note{Kind: "info", Text: page.T("page.entity.deleted.note"), Title: page.T("page.entity.deleted.title",
			"who", ActorName(page.Reader, &events[i]), "at", Inline(page.Reader, events[i].CreatedAt))}
	}
	if !r.mayWrite(c) {
		page.Reason = r.noRole(page.Reader)
		return
	}
	page.RestoreURL, page.RestoreKey = Behind(c, r.urlOf(r.ID(row), "restore")), key
}

// noRole says who may change one, to who may not.
func (r about) noRole(reader web.Reader) string {
	return reader.T("page.blocked.role", "role", reader.T("page.role."+string(r.Write)))
}

// offer puts in what can be done, or why nothing can.
func (r resource[T]) offer(c *fiber.Ctx, page *web.Entity, row *T) {
	if r.options.Related != nil {
		page.Related = r.options.Related(page.Reader, row)
	}
	if !r.mayWrite(c) {
		page.Reason = r.noRole(page.Reader)
		return
	}
	page.EditURL = Behind(c, r.urlOf(r.ID(row), "edit"))
	if r.options.Actions != nil {
		page.Actions = r.options.Actions(page.Reader, row)
	}
	if r.Deletion != crud.Kept {
		page.Actions = append(page.Actions, web.EntityAction{
			Label: page.T("page.entity.delete"), URL: Behind(c, r.urlOf(r.ID(row), "delete")), Danger: true, Icon: "trash-2",
		})
	}
}

// JustDone is what the newest event tells, where that was the reader's own doing on a page, and while it is fresh.
func JustDone(who kit.Identity, now time.Time, events []db.EventRow) (action string, fresh bool) {
	if len(events) == 0 {
		return "", false
	}
	e := &events[0]
	return e.Action, e.Actor == who.Caller() && e.Channel == kit.ChannelUI && now.Sub(e.CreatedAt) < freshFor
}

func justDone(reader web.Reader, who kit.Identity, events []db.EventRow) *web.Note {
	action, fresh := JustDone(who, reader.Now, events)
	if !fresh || !slices.Contains([]string{"created", "updated", "deleted", "restored", "stock_adjusted"}, action) {
		return nil
	}
	return &web.Note{Kind: "ok", Title: reader.T("page.entity.done." + action)}
}

// deletion is the question before one is deleted.
func (r resource[T]) askToDelete(c *fiber.Ctx) error {
	return r.question(c, uuid.NewString(), nil)
}

func (r resource[T]) askAgain(c *fiber.Ctx, sent url.Values) error {
	return r.question(c, sent.Get("key"), nil)
}

func (r resource[T]) question(c *fiber.Ctx, key string, refused error) error {
	id, err := IDOf(c)
	if err != nil {
		return err
	}
	row, err := r.store.Get(kit.Context(c), id)
	if err != nil {
		return err
	}
	frame, err := r.Frame(c, r.Plural)
	if err != nil {
		return err
	}
	page := web.Question{
		Frame: frame, Title: frame.T("page.entity.delete.title", "title", r.Title(row)), Text: frame.T("page.entity.delete.text"),
		BackURL: Behind(c, r.urlOf(id)), BackLabel: frame.T("page.entity.keep"), Action: Behind(c, r.urlOf(id, "delete")), Key: key, Version: r.Version(row),
		Label: frame.T("page.entity.delete.do"), Danger: true,
	}
	if refused != nil {
		page.Notice = RefusalNote(frame.Reader, kit.Refusal(c, refused))
	}
	return Show(c, page.Page)
}

// delete deletes the version that the question was about; one that has changed since is asked about again.
func (r resource[T]) delete(c *fiber.Ctx, sent url.Values) error {
	request, err := r.request(c, sent)
	if err != nil {
		return err
	}
	request.Match = VersionOf(sent)
	_, err = r.store.Delete(kit.Context(c), request)
	switch f := fault.Of(err); {
	case err == nil:
		return r.afterDeletion(c, sent)
	case f.Kind == fault.NotFound || f.Kind == fault.Unauthenticated:
		return err
	}
	return r.question(c, sent.Get("key"), err)
}

// afterDeletion leads to the page of what was deleted, where it can be brought back; to the list, where it cannot.
func (r resource[T]) afterDeletion(c *fiber.Ctx, sent url.Values) error {
	if r.Deletion == crud.Soft {
		return r.backToOne(c, sent)
	}
	return c.Redirect(r.backToList(c), http.StatusSeeOther)
}

func (r resource[T]) backToOne(c *fiber.Ctx, _ url.Values) error {
	return c.Redirect(Behind(c, r.url(c.Params("id"))), http.StatusSeeOther)
}

func (r resource[T]) restore(c *fiber.Ctx, sent url.Values) error {
	request, err := r.request(c, sent)
	if err != nil {
		return err
	}
	_, err = r.store.Restore(kit.Context(c), request)
	switch kind := fault.Of(err).Kind; {
	case err == nil:
		return r.backToOne(c, sent)
	case kind == fault.NotFound || kind == fault.Unauthenticated:
		return err
	}
	return r.showOne(c, sent.Get("key"), err)
}

// request is a write that a page's form asks for.
func (r resource[T]) request(c *fiber.Ctx, sent url.Values) (crud.Request[T], error) {
	id, call, err := asked(c, sent)
	return crud.Request[T]{ID: id, Call: call}, err
}

// asked is which one a page's form is about (0 for a new one), and what it calls for under its own key.
func asked(c *fiber.Ctx, sent url.Values) (id int64, call db.Call, err error) {
	if c.Params("id") != "" {
		if id, err = IDOf(c); err != nil {
			return 0, db.Call{}, err
		}
	}
	if err := kit.CarryKey(c, sent.Get("key")); err != nil {
		return 0, db.Call{}, err
	}
	call, err = writes.CallOf(c)
	return id, call, err
}

// VersionOf is the version that a form was opened with.
func VersionOf(sent url.Values) writes.Match {
	version, err := strconv.ParseInt(sent.Get("version"), 10, 64)
	if err != nil {
		return writes.Match{}
	}
	return writes.VersionMatch(version)
}

// RefusalNote says why something was refused, where no field is to blame.
func RefusalNote(reader web.Reader, problem kit.Problem) *web.Note {
	switch {
	case problem.Code == "CUSTOMERS_UNAVAILABLE" || problem.Status == http.StatusServiceUnavailable:
		return &web.Note{Kind: "warn", Title: problem.Detail, Text: reader.T("page.note.kept")}
	case problem.Status >= http.StatusInternalServerError:
		return &web.Note{Kind: "warn", Title: reader.T("page.note.unsure"), Text: reader.T("page.note.kept")}
	}
	return &web.Note{Kind: "bad", Title: problem.Title, Text: problem.Detail}
}
