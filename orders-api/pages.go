package orders

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"b2b.example/crud/screens"
	"b2b.example/kit"
	"b2b.example/web"
)

// home is where the pages are.
const home = screens.Home

// backoffice are the service's pages, for operators in a browser.
type backoffice struct {
	*service
	*screens.Site
	browsers *kit.Browsers
	figures  *figures
}

func newBackoffice(s *service, app *kit.App, settings Settings) *backoffice {
	zone, err := time.LoadLocation(settings.TimeZone)
	if err != nil {
		panic(fmt.Errorf("TIME_ZONE: %w", err)) // the settings' Check has refused it
	}
	b := &backoffice{service: s, browsers: app.Browsers(s.customers.client), figures: newFigures(s.db, s.log, s.rules, zone)}
	app.OnServe(b.figures.serve)
	b.Site = &screens.Site{
		Company: settings.CompanyName, Currency: settings.Currency, Zone: zone, Now: app.Now, Secure: b.browsers.Secure(),
		Kinds: s.kinds(), Target: s.db.Target, Remember: s.remember, Enter: b.browsers.Enter, Watch: b.browsers.Watch, Live: screens.NewLive(s.db, s.log),
		Watched: watched, AskToLogIn: b.askToLogIn, Complete: b.complete,
	}
	return b
}

// watched are what pages listen for beside the entities: an order, and what the dashboard sums up.
var watched = map[string]screens.Watched{
	"order":     {Read: kit.Viewer, Words: "page.happened."},
	"dashboard": {Read: kit.Viewer, Of: []string{"order", "product"}},
}

// routes are all the pages that there are.
func (b *backoffice) routes(app *kit.App) {
	operators := screens.May(kit.Operator)
	b.Serve(app, func(open fiber.Router) {
		open.Get("/login", b.loginPage)
		open.Post("/login", screens.Act(home, b.logIn))
		open.Post("/logout", screens.Act(home, b.logOut))
	}, func(pages fiber.Router) {
		pages.Get("", b.dashboard)
		pages.Get("/activity", b.activityPage)
		pages.Get("/keys", b.keysPage)
		pages.Get("/settings", b.settingsPage)
		pages.Post("/settings", screens.Sent(b.settingsAgain, b.saveSettings))
		pages.Get("/settings/password", func(c *fiber.Ctx) error { return c.Redirect(home+"/settings", http.StatusSeeOther) })
		pages.Post("/settings/password", screens.Sent(b.passwordAgain, b.savePassword))
		pages.Get("/orders", b.ordersPage)
		pages.Get("/orders/new", operators, b.newOrderPage)
		pages.Post("/orders/new", operators, screens.Sent(b.draftOrder, b.newOrder))
		pages.Get("/orders/:id", b.orderPage)
		pages.Get("/orders/:id/confirm", b.backToOrder)
		pages.Post("/orders/:id/confirm", operators, screens.Sent(b.backWithOrder, b.confirmOrder))
		pages.Get("/orders/:id/cancel", operators, b.cancelPage)
		pages.Post("/orders/:id/cancel", operators, screens.Sent(b.askToCancel, b.cancelOrder))
		pages.Get("/orders/:id/undo", b.backToOrder)
		pages.Post("/orders/:id/undo", operators, screens.Sent(b.backWithOrder, b.undoOrder))
		b.bulkRoutes(pages, operators)
		pages.Get("/orders/:id/note", operators, b.notePage)
		pages.Post("/orders/:id/note", operators, screens.Sent(b.askForNote, b.noteOrder))
		pages.Get("/views/new", b.newViewPage)
		pages.Post("/views/new", screens.Sent(b.newViewAgain, b.saveView))
		pages.Get("/views/:id", b.viewPage)
		pages.Get("/views/:id/edit", b.editViewPage)
		pages.Post("/views/:id/edit", screens.Sent(b.editViewAgain, b.editView))
		pages.Get("/views/:id/delete", b.deleteViewPage)
		pages.Post("/views/:id/delete", screens.Sent(b.deleteViewAgain, b.deleteView))
		managers := screens.May(kit.Manager)
		pages.Get("/products/:id/adjust", managers, b.adjustPage)
		pages.Post("/products/:id/adjust", managers, screens.Sent(b.adjustAgain, b.adjustProduct))
	})
}

// bulkRoutes are the pages of bulk runs.
func (b *backoffice) bulkRoutes(pages fiber.Router, operators fiber.Handler) {
	pages.Get("/bulk-runs", b.bulkRunsPage)
	pages.Get("/bulk-runs/new", operators, b.newBulkRunPage)
	pages.Post("/bulk-runs/new", operators, screens.Sent(b.askForBulkRun, b.startBulkRun))
	pages.Get("/bulk-runs/:id", b.bulkRunPage)
	pages.Get("/bulk-runs/:id/retry", b.backToRun)
	pages.Post("/bulk-runs/:id/retry", operators, screens.Sent(b.backWithRun, b.retryBulkRun))
	pages.Get("/bulk-runs/:id/undo", b.backToRun)
	pages.Post("/bulk-runs/:id/undo", operators, screens.Sent(b.backWithRun, b.undoBulkRun))
}

// complete adds to a page's frame where one can go before the entities, and how many orders wait.
func (b *backoffice) complete(c *fiber.Ctx, frame *web.Frame) (err error) {
	frame.Waiting, err = b.countOrders(kit.Context(c), "status = ?", Created)
	frame.Nav = append([]web.NavItem{
		{Section: "dashboard", Label: frame.T("page.nav.dashboard"), URL: home, Icon: "layout-dashboard"},
		{Section: "orders", Label: frame.T("page.nav.orders"), URL: home + "/orders", Icon: "receipt-text", Count: frame.Waiting},
	}, withActivity(frame)...)
	return err
}

// withActivity are the entities with the way to all that happened before those that are needed less often, and on a phone to
// the bulk runs, to which elsewhere the orders lead.
func withActivity(frame *web.Frame) []web.NavItem {
	runs := web.NavItem{Section: "bulk-runs", Label: frame.T("page.bulk.runs"), URL: home + "/bulk-runs", Icon: "list-checks", Narrow: true}
	activity := web.NavItem{Section: "activity", Label: frame.T("page.nav.activity"), URL: activityURL, Icon: "history", Apart: true}
	for i := range frame.Nav {
		if frame.Nav[i].Apart {
			frame.Nav[i].Apart = false
			return append(slices.Insert(frame.Nav, i, activity), runs)
		}
	}
	return append(frame.Nav, activity, runs)
}

// mayWrite says whether the one who asks may change orders.
func mayWrite(c *fiber.Ctx) bool { return kit.Who(c).Role.Includes(kit.Operator) }

// mostCounted bounds every count: beyond it, how many more there are helps nobody and costs a scan.
const mostCounted = 10_000

// countOrders counts the orders that fit a condition, up to the bound.
func (b *backoffice) countOrders(ctx context.Context, where string, args ...any) (web.Count, error) {
	return b.count(ctx, "SELECT 1 FROM orders WHERE "+where, args...)
}

func (b *backoffice) count(ctx context.Context, rows string, args ...any) (web.Count, error) {
	return b.countUpTo(ctx, mostCounted, rows, args...)
}

func (b *backoffice) countUpTo(ctx context.Context, most int64, rows string, args ...any) (web.Count, error) {
	var n int64
	sql := "SELECT COUNT(*) FROM (" + rows + " LIMIT " + strconv.FormatInt(most+1, 10) + ") AS bounded"
	if err := b.db.Read(ctx).Raw(sql, args...).Find(&n).Error; err != nil {
		return web.Count{}, fmt.Errorf("count: %w", err)
	}
	return web.Count{N: min(n, most), Over: n > most}, nil
}

// orderURL is the address of an order's page.
func orderURL(id int64) string { return home + "/orders/" + strconv.FormatInt(id, 10) }
