package orders

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/compress"

	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/kit/i18n"
	"b2b.example/web"
)

// home is where the pages are.
const home = "/backoffice"

// contentPolicy lets a page load its own style sheet, scripts and pictures, and talk to nobody else.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// backoffice are the service's pages, for operators in a browser.
type backoffice struct {
	*service
	browsers *kit.Browsers
	company  string
	currency string
	zone     *time.Location
}

func newBackoffice(s *service, app *kit.App, settings Settings) *backoffice {
	zone, err := time.LoadLocation(settings.TimeZone)
	if err != nil {
		panic(fmt.Errorf("TIME_ZONE: %w", err)) // the settings' Check has refused it
	}
	return &backoffice{
		service: s, browsers: app.Browsers(s.customers.client), company: settings.CompanyName, currency: settings.Currency, zone: zone,
	}
}

// routes are all the pages that there are.
func (b *backoffice) routes(app *kit.App) {
	app.Get("/", func(c *fiber.Ctx) error { return c.Redirect(home, http.StatusSeeOther) })
	app.Get(home+"/assets/:name", b.asset)

	pages := app.Group(home, b.page, compress.New(), app.Rescue(), b.browsers.SameOrigin)
	pages.Get("/login", b.loginPage)
	pages.Post("/login", b.logIn)
	pages.Post("/logout", b.logOut)
	pages.Post("/preferences", b.prefer)

	pages.Use(b.enter)
	pages.Get("", b.dashboard)
	pages.Get("/", func(c *fiber.Ctx) error { return c.Redirect(home, http.StatusSeeOther) })
	pages.Get("/orders", b.ordersPage)
	pages.Get("/orders/new", operatorsOnly, b.newOrderPage)
	pages.Post("/orders/new", operatorsOnly, b.newOrder)
	pages.Get("/orders/:id", b.orderPage)
	pages.Get("/orders/:id/confirm", b.backToOrder)
	pages.Post("/orders/:id/confirm", operatorsOnly, b.confirmOrder)
	pages.Get("/orders/:id/cancel", operatorsOnly, b.cancelPage)
	pages.Post("/orders/:id/cancel", operatorsOnly, b.cancelOrder)
	pages.Use(func(*fiber.Ctx) error { return fault.New(fault.NotFound, "NOT_FOUND") })
}

// page is around every page: what goes wrong becomes a page, too. A page may be kept for going back to, and is asked for
// again whenever it is loaded.
func (b *backoffice) page(c *fiber.Ctx) error {
	kit.Page(c, chosen(c, "language", i18n.English, i18n.Spanish))
	c.Set(fiber.HeaderContentSecurityPolicy, contentPolicy)
	c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	c.Vary(fiber.HeaderCookie, fiber.HeaderAcceptLanguage)
	err := c.Next()
	if err != nil && fault.Of(err).Kind == fault.Unauthenticated {
		return b.askToLogIn(c, err)
	}
	if err != nil {
		return b.failure(c, err)
	}
	return nil
}

// enter lets in who is logged in.
func (b *backoffice) enter(c *fiber.Ctx) error {
	if err := b.browsers.Enter(c); err != nil {
		return err
	}
	return c.Next()
}

// operatorsOnly refuses viewers.
func operatorsOnly(c *fiber.Ctx) error {
	if !mayWrite(c) {
		return fault.New(fault.Forbidden, "FORBIDDEN")
	}
	return c.Next()
}

func mayWrite(c *fiber.Ctx) bool { return kit.Who(c).Role.Includes(kit.Operator) }

// asset serves a file of the pages. Its address changes with its content, so it may be kept for ever.
func (b *backoffice) asset(c *fiber.Ctx) error {
	asset, found := web.ServeAsset(c.Path())
	if !found {
		return fault.New(fault.NotFound, "NOT_FOUND")
	}
	c.Set(fiber.HeaderContentType, asset.Type)
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	c.Vary(fiber.HeaderAcceptEncoding)
	if c.AcceptsEncodings("gzip") == "gzip" && asset.Gzipped != nil {
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(asset.Gzipped)
	}
	return c.Send(asset.Content)
}

// show sends a page. It is made as a whole before any of it is sent, and however late it is: an answer that comes after
// its time is better than none.
func show(c *fiber.Ctx, page templ.Component) error {
	var html bytes.Buffer
	if err := page.Render(context.Background(), &html); err != nil {
		return fmt.Errorf("render a page: %w", err)
	}
	c.Set(fiber.HeaderContentType, "text/html; charset=utf-8")
	return c.Send(html.Bytes())
}

// failure shows the page of what went wrong.
func (b *backoffice) failure(c *fiber.Ctx, err error) error {
	problem := kit.Refusal(c, err)
	frame := b.plainFrame(c, "")
	links := []web.Link{{Label: frame.T("page.link.orders"), URL: home + "/orders"}, {Label: frame.T("page.link.dashboard"), URL: home}}
	if problem.Status >= http.StatusInternalServerError && c.Method() == fiber.MethodGet {
		links = append([]web.Link{{Label: frame.T("page.link.again"), URL: c.OriginalURL()}}, links...)
	}
	return show(c, web.FailurePage(web.Failure{
		Frame: frame, Status: problem.Status, Title: problem.Title, Detail: problem.Detail, RequestID: problem.RequestID, Links: links,
	}))
}

// plainFrame is what stands around a page, as far as it can be told without asking anybody.
func (b *backoffice) plainFrame(c *fiber.Ctx, section string) web.Frame {
	who := kit.Who(c)
	return web.Frame{
		Reader: web.Reader{
			Language: kit.Language(c), Theme: chosen(c, "theme", "light", "dark"), Zone: b.zone, Now: b.db.Now(), Currency: b.currency,
		},
		Company: b.company, Operator: web.Operator{Name: who.Name, Email: who.Email, Role: string(who.Role)},
		Section: section, Path: pathOf(c),
	}
}

// pathOf is the address of the page that a request is about, for going back there: that of a form which was sent and
// shown again is the same as that of the empty one.
func pathOf(c *fiber.Ctx) string {
	if c.Method() != fiber.MethodGet {
		return c.Path()
	}
	return c.OriginalURL()
}

// frame is what stands around a page: with the number of orders that wait.
func (b *backoffice) frame(c *fiber.Ctx, section string) (web.Frame, error) {
	frame := b.plainFrame(c, section)
	waiting, err := b.countOrders(kit.Context(c), "status = ?", Created)
	frame.Waiting = waiting
	return frame, err
}

// mostCounted bounds every count: beyond it, how many more there are helps nobody and costs a scan.
const mostCounted = 10_000

// countOrders counts the orders that fit a condition, up to the bound.
func (b *backoffice) countOrders(ctx context.Context, where string, args ...any) (web.Count, error) {
	return b.count(ctx, "SELECT 1 FROM orders WHERE "+where, args...)
}

func (b *backoffice) count(ctx context.Context, rows string, args ...any) (web.Count, error) {
	var n int64
	sql := "SELECT COUNT(*) FROM (" + rows + " LIMIT " + strconv.Itoa(mostCounted+1) + ") AS bounded"
	if err := b.db.Read(ctx).Raw(sql, args...).Scan(&n).Error; err != nil {
		return web.Count{}, fmt.Errorf("count: %w", err)
	}
	return web.Count{N: min(n, mostCounted), Over: n > mostCounted}, nil
}

// form reads what a page's form has sent.
func form(c *fiber.Ctx) (url.Values, error) {
	media, _, _ := strings.Cut(c.Get(fiber.HeaderContentType), ";")
	if !strings.EqualFold(strings.TrimSpace(media), fiber.MIMEApplicationForm) {
		return nil, fault.New(fault.UnsupportedMedia, "MEDIA_TYPE_UNSUPPORTED")
	}
	return parseForm(string(c.Request().Body()))
}

// parseForm reads a form's fields. Browsers send the lines of a text with CR and LF; here it is LF alone.
func parseForm(text string) (url.Values, error) {
	values, err := url.ParseQuery(text)
	if err != nil {
		return nil, fault.New(fault.Malformed, "MALFORMED_REQUEST").Because(err)
	}
	for name, sent := range values {
		for i, value := range sent {
			if !utf8.ValidString(value) || strings.ContainsRune(value, 0) {
				return nil, fault.New(fault.Malformed, "PARAMETER_INVALID").On(name, "PARAMETER_INVALID")
			}
			sent[i] = strings.ReplaceAll(value, "\r\n", "\n")
		}
	}
	return values, nil
}

// chosen is a preference that the reader has set, one of the values that there are; "" for none.
func chosen(c *fiber.Ctx, name string, values ...string) string {
	wanted := c.Cookies(name)
	for _, value := range values {
		if wanted == value {
			return value
		}
	}
	return ""
}

// idOf is the id in a page's address; one that is none is the id of nothing.
func idOf(c *fiber.Ctx) (int64, error) {
	id, ok := wholeNumber(c.Params("id"))
	if !ok || id < 1 {
		return 0, fault.New(fault.NotFound, "NOT_FOUND")
	}
	return id, nil
}

// orderURL is the address of an order's page.
func orderURL(id int64) string { return home + "/orders/" + strconv.FormatInt(id, 10) }
