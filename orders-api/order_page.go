package orders

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"b2b.example/crud/screens"
	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/web"
)

// What the address of an order's page may tell of how its reader came there. The page says it only where it is true.
const (
	cameBy      = "came"
	cameTooLate = "later" // somebody had done it already
	cameAgain   = "again" // a form that had its effect was sent with other values
	cameSaved   = "saved" // the same, of the form of a note
)

// orderPage shows one order.
func (b *backoffice) orderPage(c *fiber.Ctx) error {
	id, err := screens.IDOf(c)
	if err != nil {
		return err
	}
	switch {
	case c.Query(byFormat) == "csv":
		return b.orderFile(c, id)
	case c.Query(byTime) != "":
		return b.pastPage(c, id)
	}
	page, told, err := b.orderView(c, id, resent{})
	if err != nil {
		return err
	}
	page.Notice = noteOnArrival(page.Reader, told, kit.Who(c), c.Query(cameBy))
	return screens.Show(c, page.Page)
}

// backWithOrder is backToOrder for a button that was held back.
func (b *backoffice) backWithOrder(c *fiber.Ctx, _ url.Values) error { return b.backToOrder(c) }

// backToOrder leads whoever goes to an action's address, which is only ever sent to, to its order.
func (b *backoffice) backToOrder(c *fiber.Ctx) error {
	id, err := screens.IDOf(c)
	if err != nil {
		return err
	}
	return c.Redirect(screens.Behind(c, orderURL(id)), http.StatusSeeOther)
}

// resent is the action that was asked for, and its key: on the page that refuses it, its form is the same request once
// more. Every other form of a page is a request of its own.
type resent struct {
	action Action
	key    string
}

func (r resent) keyOf(action Action) string {
	if r.key != "" && action == r.action {
		return r.key
	}
	return uuid.NewString()
}

// orderView reads an order with its events, for its page.
func (b *backoffice) orderView(c *fiber.Ctx, id int64, sent resent) (web.Order, *story, error) {
	frame, err := b.Frame(c, "orders")
	if err != nil {
		return web.Order{}, nil, err
	}
	told, err := b.storyOf(c, id)
	if err != nil {
		return web.Order{}, nil, err
	}
	page := shownAs(frame, told.order)
	if mayWrite(c) {
		page.NoteURL, page.AgainURL = screens.Behind(c, noteURL(id)), home+"/orders/new?"+byAgain+"="+strconv.FormatInt(id, 10)
	}
	page.CSVURL = orderURL(id) + "?" + byFormat + "=csv"
	told.fill(&page)
	b.offer(c, &page, told, sent)
	b.tellDone(c, &page, told, sent)
	return page, told, b.placeInList(c, &page, told.order)
}

// shownAs is an order without what can be done to it.
func shownAs(frame web.Frame, o *Order) web.Order {
	page := web.Order{
		Frame: frame, ID: o.ID, Version: o.Version, Status: string(o.Status), Units: o.Units, TotalCents: o.TotalCents, Reference: o.Reference, Note: o.Note,
		Placed: o.CreatedAt, Confirmed: o.ConfirmedAt, Canceled: o.CanceledAt, CancelReason: textOf(o.CancelReason), CancelNote: o.CancelNote,
		Customer:    web.Customer{ID: o.CustomerID, Name: o.CustomerName, Email: o.CustomerEmail, Phone: o.CustomerPhone, TaxID: o.CustomerTaxID},
		CustomerURL: fmt.Sprintf("%s/customers/%d", home, o.CustomerID),
		OrdersURL:   fmt.Sprintf("%s/orders?%s=%d", home, byCustomer, o.CustomerID),
	}
	for _, item := range o.Items {
		page.Lines = append(page.Lines, web.Line{
			ProductID: item.ProductID, SKU: item.SKU, Name: item.Name,
			Qty: item.Qty, UnitPriceCents: item.UnitPriceCents, SubtotalCents: item.SubtotalCents,
		})
	}
	return page
}

// offer puts in what can be done now, what can't and why, and what will happen by itself.
func (b *backoffice) offer(c *fiber.Ctx, page *web.Order, told *story, again resent) {
	o, now := told.order, b.db.Now()
	for _, action := range []Action{Confirm, Cancel} {
		_, reason := decide(o, action, asking{at: now}, b.rules)
		offered := web.Action{Name: string(action), Allowed: reason == nil && mayWrite(c), Key: again.keyOf(action)}
		switch {
		case reason != nil:
			offered.Reason = told.why(page.Reader, kit.Who(c), reason.Code)
		case !mayWrite(c):
			offered.Reason = page.T("page.blocked.VIEWER")
		default:
			offered.Hint = b.hint(page.Reader, o, action, now)
		}
		page.Actions = append(page.Actions, offered)
	}
	if at := b.expiry(o); at != nil {
		page.Upcoming = append(page.Upcoming, web.Upcoming{What: "expires", At: *at})
	}
	if end := b.cancelEnd(o); end != nil && now.Before(*end) {
		page.Upcoming = append(page.Upcoming, web.Upcoming{What: "cancel_closes", At: *end})
	}
}

// tellDone says what the reader has just done, and lets them undo it while they can.
func (b *backoffice) tellDone(c *fiber.Ctx, page *web.Order, told *story, again resent) {
	o, now := told.order, b.db.Now()
	_, reason := decide(o, Undo, asking{now, mover(c)}, b.rules)
	canUndo := reason == nil && mayWrite(c)
	last, fresh := told.justDone(kit.Who(c), now)
	if !fresh && !canUndo {
		return
	}
	page.Done = &web.Note{Kind: "ok", Title: page.T("page.done."+last, "id", o.ID)}
	page.Actions[0].Focus = last == "created"
	if canUndo {
		page.Undo = &web.Undo{Key: again.keyOf(Undo), Until: o.undoEnd(now, b.rules), Window: b.rules.UndoWindow}
	}
}

// cancelEnd is when a confirmed order can no longer be canceled; nil for any other.
func (b *backoffice) cancelEnd(o *Order) *time.Time {
	if o.Status != Confirmed || o.ConfirmedAt == nil {
		return nil
	}
	end := o.ConfirmedAt.Add(b.rules.CancelWindow)
	return &end
}

// hint is an allowed action's limit and effect.
func (b *backoffice) hint(r web.Reader, o *Order, action Action, now time.Time) string {
	if action == Confirm {
		if at := b.expiry(o); at != nil {
			return r.T("page.hint.confirm.expires", "left", r.Until(at.Sub(now)))
		}
		return r.T("page.hint.confirm")
	}
	returns := r.T("page.hint.returns", "count", o.Units)
	if end := b.cancelEnd(o); end != nil {
		return r.T("page.hint.until", "clock", r.Clock(*end), "left", r.Until(end.Sub(now))) + " " + returns
	}
	return returns
}

// noteOnArrival tells what the reader should know who comes from a form that did nothing new.
func noteOnArrival(r web.Reader, told *story, who kit.Identity, came string) *web.Note {
	switch {
	case came == cameTooLate && isUndone(told.order.last):
		return &web.Note{Kind: "info", Title: told.undoneBy(r, who), Text: r.T("page.note.nothing_again")}
	case came == cameTooLate && told.order.Status != Created:
		return &web.Note{Kind: "info", Title: told.why(r, who, standing[told.order.Status]), Text: r.T("page.note.nothing_again")}
	case came == cameSaved:
		return &web.Note{Kind: "info", Title: r.T("page.order_note.saved"), Text: r.T("page.order_note.saved.do")}
	case came == cameAgain:
		return &web.Note{
			Kind: "info", Title: r.T("page.note.already_placed", "id", told.order.ID, "at", screens.Inline(r, told.order.CreatedAt)),
			Text: r.T("page.note.already_placed.do"),
		}
	}
	return nil
}

// confirmOrder confirms an order, from the button on its page.
func (b *backoffice) confirmOrder(c *fiber.Ctx, sent url.Values) error {
	id, err := taken(c, sent)
	if err != nil {
		return err
	}
	if _, err := b.confirm(c, &moveOrder{ID: id}); err != nil {
		return b.refusedOrder(c, id, resent{Confirm, sent.Get("key")}, err)
	}
	return b.changed(c, id, sent.Get("key"))
}

// undoOrder undoes what the reader has just done, from the button beside it.
func (b *backoffice) undoOrder(c *fiber.Ctx, sent url.Values) error {
	id, err := taken(c, sent)
	if err != nil {
		return err
	}
	if _, err := b.undo(c, &moveOrder{ID: id}); err != nil {
		return b.refusedOrder(c, id, resent{Undo, sent.Get("key")}, err)
	}
	return b.changed(c, id, sent.Get("key"))
}

// taken is the order that a form is about; its key is taken up.
func taken(c *fiber.Ctx, sent url.Values) (int64, error) {
	id, err := screens.IDOf(c)
	if err != nil {
		return 0, err
	}
	return id, kit.CarryKey(c, sent.Get("key"))
}

// changed leads to the order after an action. Where the action found it done, by somebody else or in another way, the
// page is told to say so.
func (b *backoffice) changed(c *fiber.Ctx, id int64, key string) error {
	events, err := b.db.Events(kit.Context(c), "order", id, 0, screens.TimelineLength)
	if err != nil {
		return err
	}
	for _, event := range events {
		if event.IdempotencyKey != nil && *event.IdempotencyKey == key && *event.IdempotencyCaller == kit.Who(c).Caller() {
			return c.Redirect(screens.Behind(c, orderURL(id)), http.StatusSeeOther)
		}
	}
	return c.Redirect(screens.Behind(c, orderURL(id)+"?"+cameBy+"="+cameTooLate), http.StatusSeeOther)
}

// refusedOrder shows an order as it truly is, with the reason why an action was refused. The action's form keeps the key
// that was sent, so that what is sent again is the same request.
func (b *backoffice) refusedOrder(c *fiber.Ctx, id int64, again resent, err error) error {
	f := fault.Of(err)
	if f.Kind == fault.NotFound || f.Kind == fault.Forbidden || f.Kind == fault.Unauthenticated || f.Kind == fault.Malformed {
		return err
	}
	page, told, readErr := b.orderView(c, id, again)
	if readErr != nil {
		return err // of the two, what the operator asked for
	}
	page.Notice = told.refusalNote(page.Reader, kit.Refusal(c, err), f, kit.Who(c))
	return screens.Show(c, page.Page)
}

// refusalNote says plainly why an action on the order was refused, and what to do about it.
func (s *story) refusalNote(r web.Reader, problem kit.Problem, f *fault.Fault, who kit.Identity) *web.Note {
	note := screens.RefusalNote(r, problem)
	switch {
	case f.Code == "INSUFFICIENT_STOCK":
		note.Title, note.Text = r.T("page.note.sold"), s.missing(r, f)
	case f.Kind == fault.Conflict && len(f.Fields) > 0:
		note.Title, note.Text = problem.Detail, s.why(r, who, f.Fields[0].Code)
	case problem.Status >= http.StatusInternalServerError:
		note.Title, note.Text = r.T("page.note.unsure"), r.T("page.note.unsure.do")
	}
	return note
}

// cancelForm is what the question before a cancellation has been answered.
type cancelForm struct{ key, reason, note string }

func readCancelForm(sent url.Values) cancelForm {
	return cancelForm{key: sent.Get("key"), reason: sent.Get("reason"), note: sent.Get("note")}
}

// cancelReasons are those that a person can choose.
var cancelReasons = []string{"CUSTOMER_REQUEST", "OUT_OF_STOCK", "PRICING_ERROR", "DUPLICATE", "FRAUD", "OTHER"}

// cancelPage asks for the reason before an order is canceled.
func (b *backoffice) cancelPage(c *fiber.Ctx) error {
	id, err := screens.IDOf(c)
	if err != nil {
		return err
	}
	return b.showCancel(c, id, cancelForm{key: uuid.NewString()}, nil)
}

// askToCancel asks again, with what was answered already.
func (b *backoffice) askToCancel(c *fiber.Ctx, sent url.Values) error {
	id, err := screens.IDOf(c)
	if err != nil {
		return err
	}
	return b.showCancel(c, id, readCancelForm(sent), nil)
}

// cancelOrder cancels an order, from the question's form.
func (b *backoffice) cancelOrder(c *fiber.Ctx, sent url.Values) error {
	id, err := taken(c, sent)
	if err != nil {
		return err
	}
	asked := readCancelForm(sent)
	in := &cancelOrder{ID: id}
	in.Body.Reason, in.Body.Note = asked.reason, &asked.note
	if err = kit.Validate(in); err == nil {
		_, err = b.cancel(c, in)
	}
	switch {
	case err == nil:
		return b.changed(c, id, asked.key)
	case fault.Of(err).Kind == fault.Conflict:
		return b.refusedOrder(c, id, resent{Cancel, asked.key}, err)
	}
	return b.showCancel(c, id, asked, err)
}

// showCancel shows the question, with what was answered and what is wrong with it. An order that can't be canceled now is
// shown itself, with the reason.
func (b *backoffice) showCancel(c *fiber.Ctx, id int64, asked cancelForm, refused error) error {
	order, told, err := b.orderView(c, id, resent{Cancel, asked.key})
	if err != nil {
		return err
	}
	if _, reason := decide(told.order, Cancel, asking{at: b.db.Now()}, b.rules); reason != nil {
		return b.refusedOrder(c, id, resent{Cancel, asked.key}, refusal(Cancel, reason))
	}
	page := web.Cancel{
		Frame: order.Frame, Order: order, Until: b.cancelEnd(told.order), Key: asked.key, Reason: asked.reason, Note: asked.note,
		Reasons: cancelReasons, UndoFor: b.rules.UndoWindow,
	}
	if refused != nil {
		problem, f := kit.Refusal(c, refused), fault.Of(refused)
		for _, field := range problem.Errors {
			page.Errors = append(page.Errors, web.FieldError{Field: field.Field, Text: cancelMistake(page.Reader, field)})
		}
		if len(page.Errors) == 0 {
			page.Notice = told.refusalNote(page.Reader, problem, f, kit.Who(c))
		}
	}
	return screens.Show(c, page.Page)
}

// cancelMistake is what is wrong with one answer, in the words of its question.
func cancelMistake(r web.Reader, field kit.FieldProblem) string {
	if field.Field == "reason" {
		return r.T("page.cancel.reason_required")
	}
	return field.Detail
}
