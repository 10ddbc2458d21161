package orders

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"b2b.example/crud/exports"
	"b2b.example/crud/lists"
	"b2b.example/crud/screens"
	"b2b.example/crud/writes"
	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/web"
)

const (
	bulkRuns     = home + "/bulk-runs"
	actionExport = "export" // what is no run: the chosen orders as a file
)

func bulkRunURL(id int64) string { return bulkRuns + "/" + strconv.FormatInt(id, 10) }

// bulkForm is what the form of a new run has sent.
type bulkForm struct {
	key    string
	action Action
	why    cancelForm
	chosen *choice
}

func (b *backoffice) readBulkForm(sent url.Values) (*bulkForm, error) {
	f := &bulkForm{key: sent.Get("key"), action: Action(sent.Get(byAction)), why: readCancelForm(sent)}
	if f.action != Confirm && f.action != Cancel {
		return nil, lists.InvalidParam(byAction)
	}
	var err error
	if f.chosen, err = b.choose(sent); err != nil {
		return nil, err
	}
	f.chosen.list.order = sorts["-created_at"] // a run takes the newest
	return f, nil
}

// newBulkRunPage tells what a run would do with the orders that were chosen, before it is begun. To export them changes
// nothing, and is done at once.
func (b *backoffice) newBulkRunPage(c *fiber.Ctx) error {
	params, err := lists.QueryOf(c)
	if err != nil {
		return err
	}
	if params.Get(byAction) == actionExport {
		chosen, err := b.choose(params)
		if err != nil {
			return err
		}
		return kit.Send(c, exports.Answer(c, "orders", b.db.Now(), chosen.list.file(b.db)))
	}
	f, err := b.readBulkForm(params)
	if err != nil {
		return err
	}
	f.key = uuid.NewString()
	return b.showNewBulkRun(c, f, nil)
}

// askForBulkRun asks again, with what was answered already.
func (b *backoffice) askForBulkRun(c *fiber.Ctx, sent url.Values) error {
	f, err := b.readBulkForm(sent)
	if err != nil {
		return err
	}
	return b.showNewBulkRun(c, f, nil)
}

// startBulkRun begins a run, once for the form's key. A form that was sent with other values after that leads to the run.
func (b *backoffice) startBulkRun(c *fiber.Ctx, sent url.Values) error {
	f, err := b.readBulkForm(sent)
	if err != nil {
		return err
	}
	if err := kit.CarryKey(c, f.key); err != nil {
		return err
	}
	if err := f.validate(); err != nil {
		return b.showNewBulkRun(c, f, err)
	}
	answer, err := b.begin(c, func(call db.Call) (db.Answer, error) {
		return startRun(kit.Context(c), b.db, call, func(tx *db.Tx) (*BulkRun, rows, error) {
			chosen, err := f.chosen.list.rows(tx.DB)
			return f.run(), chosen, err
		})
	})
	switch {
	case fault.Is(err, "IDEMPOTENCY_KEY_REUSED"):
		return b.begunAlready(c, f.key, err)
	case err != nil:
		return b.showNewBulkRun(c, f, err)
	}
	return c.Redirect(bulkRunURL(answer.TargetID), http.StatusSeeOther)
}

// begin begins a run, and has the worker of this process know.
func (b *backoffice) begin(c *fiber.Ctx, start func(call db.Call) (db.Answer, error)) (db.Answer, error) {
	call, err := writes.CallOf(c)
	if err != nil {
		return db.Answer{}, err
	}
	defer b.wakeBulk()
	return start(call)
}

// run is the run that the form asks for.
func (f *bulkForm) run() *BulkRun {
	run := &BulkRun{Action: f.action, Filter: f.chosen.filter()}
	if f.action == Cancel {
		run.CancelReason, run.CancelNote = &f.why.reason, f.why.note
	}
	return run
}

// validate holds the answers to the same rules as those of the cancellation of one order.
func (f *bulkForm) validate() error {
	if f.action != Cancel {
		return nil
	}
	in := &cancelOrder{ID: 1}
	in.Body.Reason, in.Body.Note = f.why.reason, &f.why.note
	return kit.Validate(in)
}

// begunAlready leads to what was made under a form's key.
func (b *backoffice) begunAlready(c *fiber.Ctx, key string, refused error) error {
	kind, id, err := b.db.Target(kit.Context(c), kit.Who(c).Caller(), key)
	if err != nil {
		return err
	}
	if kind != "bulk_run" {
		return refused
	}
	return c.Redirect(bulkRunURL(id)+"?"+cameBy+"="+cameAgain, http.StatusSeeOther)
}

// showNewBulkRun shows what a run would do, with what is wrong with the answers.
func (b *backoffice) showNewBulkRun(c *fiber.Ctx, f *bulkForm, refused error) error {
	frame, err := b.Frame(c, "orders")
	if err != nil {
		return err
	}
	would, err := f.chosen.foresee(kit.Context(c), b.db, f.action, b.rules)
	if err != nil {
		return err
	}
	page := web.NewBulkRun{
		Frame: frame, Action: string(f.action), Key: f.key, Fields: f.chosen.fields(),
		Chosen: b.chosenText(frame.Reader, f.chosen.filter()), BackURL: b.chosenURL(f.chosen.filter()),
		UndoFor: b.rules.UndoWindow, Orders: would.orders, Will: would.will, Units: would.units, Cents: would.cents,
		Already: b.leftAlone(frame.Reader, would.already), Cannot: b.leftAlone(frame.Reader, would.cannot),
	}
	if would.more {
		page.Most = mostInRun
	}
	if f.action == Cancel {
		page.Cancel = &web.Cancel{Frame: frame, Reason: f.why.reason, Note: f.why.note, Reasons: cancelReasons}
		if page.Returned, page.ReturnedMore, err = returned(kit.Context(c), b.db, would.moves); err != nil {
			return err
		}
	}
	if refused != nil {
		b.tellRefused(c, &page, refused)
	}
	return screens.Show(c, page.Page)
}

// tellRefused tells what is wrong with the answers, or why the run could not be begun.
func (b *backoffice) tellRefused(c *fiber.Ctx, page *web.NewBulkRun, refused error) {
	problem := kit.Refusal(c, refused)
	if page.Cancel != nil {
		for _, field := range problem.Errors {
			page.Cancel.Errors = append(page.Cancel.Errors, web.FieldError{Field: field.Field, Text: cancelMistake(page.Reader, field)})
		}
		if len(problem.Errors) > 0 {
			return
		}
	}
	page.Notice = screens.RefusalNote(page.Reader, problem)
}

// leftAlone are the orders that a run would leave as they are, by reason.
func (b *backoffice) leftAlone(r web.Reader, groups []foreseenGroup) (told []web.BulkGroup) {
	for _, group := range groups {
		one := web.BulkGroup{Why: b.whyNot(r, group.code, nil), N: group.n}
		for _, id := range group.ids {
			one.Orders = append(one.Orders, web.Link{Label: strconv.FormatInt(id, 10), URL: orderURL(id)})
		}
		told = append(told, one)
	}
	return told
}

// whyNot says in words why an order was left as it is.
func (b *backoffice) whyNot(r web.Reader, code string, args fault.Args) string {
	values := []any{"window", r.Until(b.rules.CancelWindow), "undo_window", r.Until(b.rules.UndoWindow)}
	for name, value := range args {
		values = append(values, name, value)
	}
	return r.T("page.bulk.why."+code, values...)
}

// chosenText tells which orders were chosen by a list's filter; nil: one by one.
func (b *backoffice) chosenText(r web.Reader, filter *string) string {
	if filter == nil {
		return r.T("page.bulk.chosen.one_by_one")
	}
	params, err := url.ParseQuery(*filter)
	if err != nil {
		return *filter
	}
	text := ""
	add := func(part string) {
		if text != "" {
			text += ", "
		}
		text += part
	}
	if status := params.Get(byStatus); status != "" {
		add(r.T("page.orders.status") + " " + r.T("page.status."+status))
	}
	if search := params.Get(bySearch); search != "" {
		add("“" + search + "”")
	}
	for _, chip := range chips(r, params, nil) {
		add(chip.Name + " " + chip.Value)
	}
	if text == "" {
		return r.T("page.bulk.chosen.all")
	}
	return text
}

// chosenURL is the list that orders were chosen from.
func (b *backoffice) chosenURL(filter *string) string {
	if filter == nil || *filter == "" {
		return home + "/orders"
	}
	return home + "/orders?" + *filter
}
