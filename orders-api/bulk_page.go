package orders

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"gorm.io/gorm"

	"b2b.example/crud/lists"
	"b2b.example/crud/screens"
	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/web"
)

// byOutcome is which of a run's orders its page lists.
const byOutcome = "outcome"

// listedOutcomes are those that can be listed, as an address has them.
var listedOutcomes = map[string]Outcome{"done": Done, "skipped": Skipped, "failed": Failed}

// orderInRun is an order in a run, as it is now.
type orderInRun struct {
	OrderID      int64
	Outcome      Outcome
	Code         string
	Args         string
	DoneAt       *time.Time
	Status       Status
	CustomerName string
	TotalCents   int64
}

// readRows is a query of a run's orders, as they are now.
func readRows(q *gorm.DB, run int64) *gorm.DB {
	return q.Table("bulk_run_orders b").Select("b.order_id, b.outcome, b.code, b.args, b.done_at, o.status, o.customer_name, o.total_cents").
		Joins("JOIN orders o ON o.id = b.order_id").Where("b.run_id = ?", run)
}

// rowsAt is a page of rows by a number, the largest first, from a cursor on.
func rowsAt(q *gorm.DB, column string, l lists.Request) *gorm.DB {
	switch {
	case l.At == nil:
		q = q.Order(column + " DESC")
	case l.At.Back:
		q = q.Where(column+" > ?", l.At.ID).Order(column + " ASC")
	default:
		q = q.Where(column+" < ?", l.At.ID).Order(column + " DESC")
	}
	return q.Limit(l.Limit + 1)
}

// bulkRunPage shows a run: how far it is, and what became of its orders and why.
func (b *backoffice) bulkRunPage(c *fiber.Ctx) error {
	id, err := screens.IDOf(c)
	if err != nil {
		return err
	}
	params, err := lists.QueryOf(c)
	if err != nil {
		return err
	}
	if params.Get(byFormat) == "csv" {
		return b.bulkRunFile(c, id)
	}
	came := params.Get(cameBy)
	params.Del(cameBy)
	page, err := b.bulkRunView(c, id, params)
	if err != nil {
		return err
	}
	if came == cameAgain {
		page.Notice = &web.Note{Kind: "info", Title: page.T("page.bulk.begun_already"), Text: page.T("page.note.nothing_again")}
	}
	return screens.Show(c, page.Page)
}

func (b *backoffice) bulkRunView(c *fiber.Ctx, id int64, params url.Values) (*web.BulkRun, error) {
	run, err := getRun(b.db.Read(kit.Context(c)), id)
	if err != nil {
		return nil, err
	}
	frame, err := b.Frame(c, "orders")
	if err != nil {
		return nil, err
	}
	page := &web.BulkRun{Frame: frame, BulkSummary: b.bulkSummary(frame.Reader, run), RequestID: run.RequestID, ChosenURL: b.chosenURL(run.Filter)}
	page.Path, page.CSVURL = bulkRunURL(id), bulkRunURL(id)+"?"+byFormat+"=csv"
	if run.CancelReason != nil {
		page.Reason = frame.T("page.reason." + *run.CancelReason)
	}
	if source := cmp.Or(run.Undoes, run.Retries); source != nil {
		page.ChosenURL = bulkRunURL(*source)
	}
	if run.EndedAt == nil {
		counts, err := outcomesOf(b.db.Read(kit.Context(c)), id)
		if err != nil {
			return nil, err
		}
		page.Done, page.Skipped, page.Failed = counts[Done], counts[Skipped], counts[Failed]
	}
	if err := b.offerForRun(c, page, run); err != nil {
		return nil, err
	}
	return page, b.listRun(c, page, params)
}

// bulkSummary is a run as lists show it.
func (b *backoffice) bulkSummary(r web.Reader, run *BulkRun) web.BulkSummary {
	told := web.BulkSummary{
		ID: run.ID, URL: bulkRunURL(run.ID), Action: string(run.Action), Who: run.ActorName, Started: run.CreatedAt, Ended: run.EndedAt,
		Orders: run.Orders, Done: run.DoneOrders, Skipped: run.SkippedOrders, Failed: run.FailedOrders, DoneCents: run.DoneCents,
	}
	switch {
	case run.Undoes != nil:
		told.Chosen = r.T("page.bulk.chosen.undoes", "id", *run.Undoes)
	case run.Retries != nil:
		told.Chosen = r.T("page.bulk.chosen.retries", "id", *run.Retries)
	default:
		told.Chosen = b.chosenText(r, run.Filter)
	}
	return told
}

// offerForRun puts in what the reader can do about a run.
func (b *backoffice) offerForRun(c *fiber.Ctx, page *web.BulkRun, run *BulkRun) error {
	if !mayWrite(c) {
		return nil
	}
	if run.retriable() {
		page.RetryKey = uuid.NewString()
	}
	if run.notUndoable(asking{b.db.Now(), mover(c)}, b.rules) != nil {
		return nil
	}
	var undone []BulkRun
	if err := b.db.Read(kit.Context(c)).Select("id").Where("undoes = ?", run.ID).Limit(1).Find(&undone).Error; err != nil {
		return fmt.Errorf("what undoes bulk run %d: %w", run.ID, err)
	}
	if len(undone) == 0 {
		page.Undo = &web.Undo{Key: uuid.NewString(), Until: run.EndedAt.Add(b.rules.UndoWindow), Window: b.rules.UndoWindow}
	}
	return nil
}

// listRun puts in the orders of one outcome.
func (b *backoffice) listRun(c *fiber.Ctx, page *web.BulkRun, params url.Values) error {
	listed, err := lists.Parse(params, byOutcome)
	if err != nil {
		return err
	}
	page.Outcome, page.ListURL = page.FirstOutcome(), page.URL
	if listed.Params.Has(byOutcome) {
		page.Outcome = listed.Params.Get(byOutcome)
		page.ListURL += "?" + byOutcome + "=" + page.Outcome
	}
	outcome, known := listedOutcomes[page.Outcome]
	if !known {
		return lists.InvalidParam(byOutcome)
	}
	listed.Params.Set(byOutcome, page.Outcome)
	var found []orderInRun
	query := readRows(b.db.Read(kit.Context(c)), page.ID).Where("b.outcome = ?", outcome)
	if err := rowsAt(query, "b.order_id", listed).Find(&found).Error; err != nil {
		return fmt.Errorf("orders of bulk run %d: %w", page.ID, err)
	}
	shown := lists.PageOf(found, listed.Limit, listed.At, func(o *orderInRun, back bool) lists.Cursor {
		return lists.Cursor{List: listed.Params.Encode(), ID: o.OrderID, Back: back}
	})
	page.Rows = b.bulkRows(page.Reader, shown.Rows)
	page.Newer, page.Older = pageURL(page.URL, shown.Prev), pageURL(page.URL, shown.Next)
	return nil
}

// bulkRows are orders of a run as its page shows them.
func (b *backoffice) bulkRows(r web.Reader, found []orderInRun) []web.BulkRow {
	rows := make([]web.BulkRow, len(found))
	for i := range found {
		o := &found[i]
		shown := web.OrderRow{ID: o.OrderID, Status: string(o.Status), Customer: o.CustomerName, TotalCents: o.TotalCents}
		rows[i] = web.BulkRow{OrderRow: shown, At: o.DoneAt, Why: b.whyOf(r, o)}
	}
	return rows
}

// whyOf says why an order of a run was left as it is; "" where it was not.
func (b *backoffice) whyOf(r web.Reader, o *orderInRun) string {
	if o.Code == "" {
		return ""
	}
	return b.whyNot(r, o.Code, argsOf(o.Args))
}

// argsOf are what a reason names, as they were stored.
func argsOf(text string) (args fault.Args) {
	if json.Unmarshal([]byte(text), &args) != nil {
		return nil // a reason without them is told all the same
	}
	return args
}

func pageURL(address, cursor string) string {
	if cursor == "" {
		return ""
	}
	return address + "?" + byCursor + "=" + cursor
}

// backToRun leads whoever goes to an action's address, which is only ever sent to, to its run.
func (b *backoffice) backToRun(c *fiber.Ctx) error {
	id, err := screens.IDOf(c)
	if err != nil {
		return err
	}
	return c.Redirect(bulkRunURL(id), http.StatusSeeOther)
}

func (b *backoffice) backWithRun(c *fiber.Ctx, _ url.Values) error { return b.backToRun(c) }

// retryBulkRun begins a run of what has failed in another.
func (b *backoffice) retryBulkRun(c *fiber.Ctx, sent url.Values) error {
	id, err := taken(c, sent)
	if err != nil {
		return err
	}
	answer, err := b.begin(c, func(call db.Call) (db.Answer, error) { return retryRun(kit.Context(c), b.db, call, id) })
	if err != nil {
		return b.refusedRun(c, id, err)
	}
	return c.Redirect(bulkRunURL(answer.TargetID), http.StatusSeeOther)
}

// undoBulkRun begins the run that takes back what another has done.
func (b *backoffice) undoBulkRun(c *fiber.Ctx, sent url.Values) error {
	id, err := taken(c, sent)
	if err != nil {
		return err
	}
	answer, err := b.begin(c, func(call db.Call) (db.Answer, error) { return b.rules.undoRun(kit.Context(c), b.db, call, id) })
	if err != nil {
		return b.refusedRun(c, id, err)
	}
	return c.Redirect(bulkRunURL(answer.TargetID), http.StatusSeeOther)
}

// refusedRun shows a run as it is, with the reason why an action on it was refused.
func (b *backoffice) refusedRun(c *fiber.Ctx, id int64, refused error) error {
	f := fault.Of(refused)
	if f.Kind != fault.Conflict && f.Kind != fault.Unavailable {
		return refused
	}
	page, err := b.bulkRunView(c, id, url.Values{})
	if err != nil {
		return refused // of the two, what the operator asked for
	}
	page.Notice = screens.RefusalNote(page.Reader, kit.Refusal(c, refused))
	if len(f.Fields) > 0 {
		page.Notice.Title, page.Notice.Text = page.T("page.bulk.not_undone"), b.whyNot(page.Reader, f.Fields[0].Code, nil)
	}
	return screens.Show(c, page.Page)
}

// bulkRunsPage lists the runs, the newest first.
func (b *backoffice) bulkRunsPage(c *fiber.Ctx) error {
	params, err := lists.QueryOf(c)
	if err != nil {
		return err
	}
	listed, err := lists.Parse(params)
	if err != nil {
		return err
	}
	var found []BulkRun
	if err := rowsAt(b.db.Read(kit.Context(c)), "id", listed).Find(&found).Error; err != nil {
		return fmt.Errorf("bulk runs: %w", err)
	}
	frame, err := b.Frame(c, "orders")
	if err != nil {
		return err
	}
	shown := lists.PageOf(found, listed.Limit, listed.At, func(r *BulkRun, back bool) lists.Cursor { return lists.Cursor{ID: r.ID, Back: back} })
	page := web.BulkRuns{Frame: frame, Newer: pageURL(bulkRuns, shown.Prev), Older: pageURL(bulkRuns, shown.Next)}
	for i := range shown.Rows {
		page.Runs = append(page.Runs, b.bulkSummary(frame.Reader, &shown.Rows[i]))
	}
	return screens.Show(c, page.Page)
}

// selection is what the list of orders offers to who may change orders: to choose some of them, or all that match.
func (b *backoffice) selection(c *fiber.Ctx, params url.Values, page *web.Orders) error {
	page.RunsURL = bulkRuns
	if !mayWrite(c) || len(page.Rows) == 0 {
		return nil
	}
	whole := page.Newer == "" && page.Older == ""
	page.Selection = &web.Selection{
		URL: bulkRuns + "/new", Name: byOrder, Label: page.T("page.bulk.selection"), Actions: []web.SelectionAction{
			{Value: string(Confirm), Label: page.T("page.bulk.confirm"), Kind: "filled", Icon: "check"},
			{Value: string(Cancel), Label: page.T("page.bulk.cancel"), Kind: "danger", Icon: "ban"},
			{Value: actionExport, Label: page.T("page.selection.export"), Icon: "download", File: true},
		},
		All: params.Get(bySelect) == selectAll, Filter: savedQuery(params),
		AllURL: listURL(params, func(p url.Values) { p.Set(bySelect, selectAll) }), ClearURL: listURL(params, unselected),
	}
	if whole {
		page.Selection.Matching = &web.Count{N: int64(len(page.Rows))}
		return nil
	}
	return b.countSelection(c, page.Selection)
}

// countSelection counts how many orders match, where an index tells that.
func (b *backoffice) countSelection(c *fiber.Ctx, s *web.Selection) error {
	l, err := b.listOf(s.Filter)
	if err != nil {
		return err
	}
	for name := range l.Params {
		switch name {
		case byStatus, byCustomer, byReason, byMinTotal, byMaxTotal, byFrom, byTo, bySort:
		default:
			return nil
		}
	}
	where, args := l.condition()
	n, err := b.countOrders(kit.Context(c), where, args...)
	s.Matching = &n
	return err
}

// The parameter of the list's page by which all orders that match are chosen.
const (
	bySelect  = "select"
	selectAll = "all"
)

func unselected(params url.Values) { params.Del(bySelect) }
