package orders

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"b2b.example/crud/lists"
	"b2b.example/crud/screens"
	"b2b.example/crud/writes"
	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/web"
)

const (
	newViewURL = home + "/views/new"
	byQuery    = "query" // what a new view is to show: the query of the list's address
)

// savedQuery is what a view, and a choice of all that match, keep of the list's address: all but the place in the list and
// what is chosen there.
func savedQuery(params url.Values) string {
	kept := maps.Clone(params)
	for _, name := range []string{byCursor, byFormat, bySelect} {
		kept.Del(name)
	}
	for name := range kept {
		if strings.TrimSpace(kept.Get(name)) == "" {
			kept.Del(name)
		}
	}
	return kept.Encode()
}

// savedViews are the tabs of saved views, and what can be done about them: the list is saved as one where it is none yet,
// and the one that is open is changed or deleted by who may.
func (b *backoffice) savedViews(c *fiber.Ctx, r web.Reader, params url.Values) (tabs []web.View, open bool, err error) {
	views, err := viewsOf(kit.Context(c), b.db, kit.Who(c).Operator)
	if err != nil {
		return nil, false, err
	}
	query := savedQuery(params)
	var asks []web.View
	for i := range views {
		tab := web.View{Label: views[i].Name, URL: ordersURL + "?" + views[i].Query, Icon: "lock", IconText: r.T("page.view.private")}
		if views[i].Shared {
			tab.Icon, tab.IconText = "users", r.T("page.view.shared")
		}
		if tab.Count, err = b.countView(kit.Context(c), views[i].Query); err != nil {
			return nil, false, err
		}
		if !open && views[i].Query == query {
			tab.Current, open = true, true
			asks = viewActions(c, r, &views[i])
		}
		tabs = append(tabs, tab)
	}
	if !open && isWorthSaving(params) {
		asks = []web.View{{Label: r.T("page.view.save"), URL: newViewURL + "?" + url.Values{byQuery: {query}}.Encode(), Icon: "plus", Asks: true}}
	}
	return append(tabs, asks...), open, nil
}

// isWorthSaving says whether a list is more than one of the tabs that are always there.
func isWorthSaving(params url.Values) bool {
	for name := range params {
		if name != byStatus && name != byView && name != byCursor && name != bySelect && strings.TrimSpace(params.Get(name)) != "" {
			return true
		}
	}
	return false
}

func viewActions(c *fiber.Ctx, r web.Reader, view *View) []web.View {
	if !view.mayChange(kit.Who(c)) {
		return nil
	}
	return []web.View{
		{Label: r.T("page.view.edit"), URL: viewURL(view.ID, "edit"), Icon: "pencil", Asks: true},
		{Label: r.T("page.view.delete"), URL: viewURL(view.ID, "delete"), Icon: "trash-2", Asks: true},
	}
}

// mostInView bounds the count of a view, of which a page has many.
const mostInView = 1_000

// countView counts what is in a view; nil where that takes a search, or the list has become another since.
func (b *backoffice) countView(ctx context.Context, query string) (*web.Count, error) {
	params, err := url.ParseQuery(query)
	if err != nil || params.Has(bySearch) {
		return nil, nil //nolint:nilerr // a view that cannot be read has no count
	}
	wanted, err := b.listParams(params)
	if err != nil {
		return nil, nil //nolint:nilerr // the same
	}
	l, err := parseList(wanted)
	if err != nil {
		return nil, nil //nolint:nilerr // the same
	}
	where, args := l.condition()
	count, err := b.countUpTo(ctx, mostInView, "SELECT 1 FROM orders WHERE "+where, args...)
	return &count, err
}

// viewPage leads to the list that a view is of.
func (b *backoffice) viewPage(c *fiber.Ctx) error {
	view, err := b.oneView(c)
	if err != nil {
		return err
	}
	return c.Redirect(ordersURL+"?"+view.Query, http.StatusSeeOther)
}

func (b *backoffice) oneView(c *fiber.Ctx) (*View, error) {
	id, err := screens.IDOf(c)
	if err != nil {
		return nil, err
	}
	return viewFor(b.db.Read(kit.Context(c)), id, kit.Who(c).Operator)
}

// myView is a view that the one who asks may change.
func (b *backoffice) myView(c *fiber.Ctx) (*View, error) {
	view, err := b.oneView(c)
	if err == nil && !view.mayChange(kit.Who(c)) {
		err = fault.New(fault.Forbidden, "FORBIDDEN")
	}
	return view, err
}

// newViewPage asks for the name of a view.
func (b *backoffice) newViewPage(c *fiber.Ctx) error {
	return b.newViewAgain(c, url.Values{"key": {uuid.NewString()}})
}

func (b *backoffice) newViewAgain(c *fiber.Ctx, sent url.Values) error {
	return b.showNewView(c, sent, nil)
}

func (b *backoffice) showNewView(c *fiber.Ctx, sent url.Values, refused error) error {
	query, err := b.queryToSave(c)
	if err != nil {
		return err
	}
	frame, err := b.Frame(c, "orders")
	if err != nil {
		return err
	}
	return b.showView(c, web.Question{
		Frame: frame, Title: frame.T("page.view.save.title"), Text: frame.T("page.view.save.text"), Label: frame.T("page.view.save.do"),
		BackURL: ordersURL + "?" + query, Action: newViewURL + "?" + url.Values{byQuery: {query}}.Encode(),
	}, sent, refused)
}

// queryToSave is the list that is to be saved, if there is such a list.
func (b *backoffice) queryToSave(c *fiber.Ctx) (string, error) {
	params, err := url.ParseQuery(c.Query(byQuery))
	if err != nil || !isWorthSaving(params) {
		return "", lists.InvalidParam(byQuery)
	}
	wanted, err := b.listParams(params)
	if err == nil {
		_, err = parseList(wanted)
	}
	return savedQuery(params), err
}

// showView asks for what a view is called, and whether all are to see it, which takes a role that changes things.
func (b *backoffice) showView(c *fiber.Ctx, page web.Question, sent url.Values, refused error) error {
	page.Key, page.BackLabel = sent.Get("key"), page.T("page.view.keep")
	page.Inputs = []web.Input{{Name: "name", Label: page.T("page.view.name"), Kind: "text", Value: sent.Get("name"), Required: true, Most: 40}}
	if mayWrite(c) {
		page.Inputs = append(page.Inputs, web.Input{
			Name: "shared", Label: page.T("page.view.share"), Hint: page.T("page.view.share.hint"), Kind: "yes", Value: sent.Get("shared"),
		})
	}
	if refused != nil {
		page.Errors, page.Notice = screens.Blame(c, page.Reader, page.Inputs, refused)
	}
	return screens.Show(c, page.Page)
}

// viewSent is what has been typed into the form of a view.
func viewSent(c *fiber.Ctx, sent url.Values) (viewInput, error) {
	in := viewInput{Name: strings.Join(strings.Fields(sent.Get("name")), " "), Shared: sent.Get("shared") == "true"}
	if in.Shared && !mayWrite(c) {
		return in, fault.New(fault.Forbidden, "FORBIDDEN")
	}
	return in, in.validate()
}

// saveView saves the list under a name. A form that is sent again leads to the view that it has made.
func (b *backoffice) saveView(c *fiber.Ctx, sent url.Values) error {
	if err := kit.CarryKey(c, sent.Get("key")); err != nil {
		return err
	}
	query, err := b.queryToSave(c)
	if err != nil {
		return err
	}
	in, err := viewSent(c, sent)
	in.Query = query
	if err == nil {
		err = in.validate()
	}
	who := kit.Who(c)
	return b.writeView(c, sent, err, b.showNewView, func(tx *db.Tx) (*View, error) { return saveView(tx, who, in) })
}

// writeView makes a change of a view, once for the form's key, and leads to the view; what is refused is shown again.
func (b *backoffice) writeView(
	c *fiber.Ctx, sent url.Values, unreadable error, show func(*fiber.Ctx, url.Values, error) error, write func(*db.Tx) (*View, error),
) error {
	answer, err := writes.Once(c, b.db, func(tx *db.Tx) (db.Answer, error) {
		if unreadable != nil {
			return db.Answer{}, unreadable
		}
		view, err := write(tx)
		if err != nil {
			return db.Answer{}, err
		}
		return view.answer(), nil
	}, func(_ context.Context, id int64) (db.Answer, error) {
		return (&View{Entity: db.Entity{ID: id}}).answer(), nil
	})
	switch kind := fault.Of(err).Kind; {
	case err == nil:
		return c.Redirect(answer.Location, http.StatusSeeOther)
	case fault.Is(err, "IDEMPOTENCY_KEY_REUSED"):
		_, id, err := b.db.Target(kit.Context(c), kit.Who(c).Caller(), sent.Get("key"))
		if err != nil {
			return err
		}
		return c.Redirect(viewURL(id), http.StatusSeeOther)
	case kind == fault.NotFound || kind == fault.Unauthenticated || kind == fault.Forbidden:
		return err
	}
	return show(c, sent, err)
}

// editViewPage is the form that renames a view, and shares it or not.
func (b *backoffice) editViewPage(c *fiber.Ctx) error {
	return b.editViewAgain(c, url.Values{"key": {uuid.NewString()}})
}

func (b *backoffice) editViewAgain(c *fiber.Ctx, sent url.Values) error {
	return b.showEditView(c, sent, nil)
}

func (b *backoffice) showEditView(c *fiber.Ctx, sent url.Values, refused error) error {
	view, err := b.myView(c)
	if err != nil {
		return err
	}
	if !sent.Has("name") {
		sent.Set("name", view.Name)
		if view.Shared {
			sent.Set("shared", "true")
		}
	}
	frame, err := b.Frame(c, "orders")
	if err != nil {
		return err
	}
	return b.showView(c, web.Question{
		Frame: frame, Title: frame.T("page.view.edit.title", "name", view.Name), Label: frame.T("page.view.save.do"),
		BackURL: viewURL(view.ID), Action: viewURL(view.ID, "edit"), Version: view.Version,
	}, sent, refused)
}

func (b *backoffice) editView(c *fiber.Ctx, sent url.Values) error {
	id, err := taken(c, sent)
	if err != nil {
		return err
	}
	in, unreadable := viewSent(c, sent)
	who, match := kit.Who(c), screens.VersionOf(sent)
	return b.writeView(c, sent, unreadable, b.showEditView, func(tx *db.Tx) (*View, error) { return changeView(tx, who, id, match, in) })
}

// deleteViewPage is the question before a view is deleted.
func (b *backoffice) deleteViewPage(c *fiber.Ctx) error {
	return b.showDeleteView(c, url.Values{"key": {uuid.NewString()}}, nil)
}

func (b *backoffice) deleteViewAgain(c *fiber.Ctx, sent url.Values) error {
	return b.showDeleteView(c, sent, nil)
}

func (b *backoffice) showDeleteView(c *fiber.Ctx, sent url.Values, refused error) error {
	view, err := b.myView(c)
	if err != nil {
		return err
	}
	frame, err := b.Frame(c, "orders")
	if err != nil {
		return err
	}
	page := web.Question{
		Frame: frame, Title: frame.T("page.entity.delete.title", "title", view.Name), Text: frame.T("page.view.delete.text"),
		BackURL: viewURL(view.ID), BackLabel: frame.T("page.view.delete.keep"), Action: viewURL(view.ID, "delete"), Key: sent.Get("key"),
		Label: frame.T("page.view.delete.do"), Danger: true,
	}
	if view.Shared {
		page.Text = frame.T("page.view.delete.shared")
	}
	if refused != nil {
		page.Errors, page.Notice = screens.Blame(c, frame.Reader, nil, refused)
	}
	return screens.Show(c, page.Page)
}

// deleteView deletes a view, and leads to all orders.
func (b *backoffice) deleteView(c *fiber.Ctx, sent url.Values) error {
	id, err := taken(c, sent)
	if err != nil {
		return err
	}
	who := kit.Who(c)
	gone := db.Answer{Status: http.StatusSeeOther, Location: ordersURL, TargetType: "view", TargetID: id}
	_, err = writes.Once(c, b.db, func(tx *db.Tx) (db.Answer, error) { return gone, deleteView(tx, who, id) },
		func(context.Context, int64) (db.Answer, error) { return gone, nil })
	switch kind := fault.Of(err).Kind; {
	case err == nil:
		return c.Redirect(ordersURL, http.StatusSeeOther)
	case kind == fault.NotFound || kind == fault.Unauthenticated || kind == fault.Forbidden:
		return err
	}
	return b.showDeleteView(c, sent, err)
}
