// Package screens shows entities in a browser, over any store, by their descriptions: lists, one, forms, and what comes
// before a deletion. The Site is what they, and the pages that a service writes by hand, stand in.
package screens

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/compress"

	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/web"
)

// contentPolicy lets a page load its own style sheet, scripts and pictures, and talk to nobody else.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// resumed is what the field "do" says of a form that was held back while its sender logged in: it is to be shown again,
// and has no effect.
const resumed = "resume"

// Home is where all pages are.
const Home = "/backoffice"

// Site is a backoffice: what stands around all its pages, and who is let in.
type Site struct {
	Company, Currency string
	Zone              *time.Location // of who has chosen none
	Now               func() time.Time
	Secure            bool // browsers come by https
	Kinds             []Kind

	// Enter finds out who sent a page's request, or refuses it.
	Enter func(c *fiber.Ctx) error
	// AskToLogIn answers whom Enter has refused; nil: nobody is asked.
	AskToLogIn func(c *fiber.Ctx, err error) error
	// Target is what the change under a caller's key was made to; "" and 0 where the key was never used.
	Target func(ctx context.Context, caller, key string) (kind string, id int64, err error)
	// Remember keeps what an operator prefers; nil: only their browser does.
	Remember func(ctx context.Context, operator int64, chosen map[string]string) error
	// Live tells pages of what others change; nil: pages are as they were when they were loaded.
	Live *Live
	// Watch is Enter for a page that listens; it also gives the question whether it still may.
	Watch func(c *fiber.Ctx) (still func(ctx context.Context) error, err error)
	// Watched is what pages can listen for beside the kinds, by its type in the events.
	Watched map[string]Watched
	// Complete adds to the frame what only the service knows: what else is in its navigation, and what waits.
	Complete func(c *fiber.Ctx, frame *web.Frame) error

	app *kit.App // that it is served by
}

// Serve registers the API and the pages of all kinds, and the service's own pages: those of open are for everybody, those
// of pages for who is let in.
func (s *Site) Serve(app *kit.App, open, pages func(fiber.Router)) {
	s.app = app
	for _, kind := range s.Kinds {
		kind.serveAPI(app)
	}
	app.Get("/", func(c *fiber.Ctx) error { return c.Redirect(Home, http.StatusSeeOther) })
	app.Get(Home+"/assets/:name", asset)
	if s.Live != nil {
		app.Get(Home+"/live", s.live)
		app.OnServe(s.Live.Serve)
	}
	group := app.Group(Home, s.page, compress.New(), app.Rescue(), app.SameOrigin)
	group.Get("/", func(c *fiber.Ctx) error {
		if c.Path() == Home {
			return c.Next()
		}
		return c.Redirect(Home, http.StatusSeeOther)
	})
	group.Get("/worker.js", s.worker())
	group.Post("/preferences", Act(Home, s.prefer))
	open(group)
	group.Use(s.enter)
	pages(group)
	for _, kind := range s.Kinds {
		kind.servePages(s, group)
	}
	group.Use(func(*fiber.Ctx) error { return fault.New(fault.NotFound, "NOT_FOUND") })
}

// page is around every page: what goes wrong becomes a page, too. Browsers may keep it for going back to as long as the
// session lasts, and ask for it again whenever it is loaded. What a form was answered with they cannot ask for again.
func (s *Site) page(c *fiber.Ctx) error {
	kit.Page(c, chosen(c, Language))
	c.Set(fiber.HeaderContentSecurityPolicy, contentPolicy)
	c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	c.Set(fiber.HeaderCacheControl, "no-store")
	if c.Method() == fiber.MethodPost {
		c.Set(fiber.HeaderCacheControl, "private, no-cache")
	}
	c.Vary(fiber.HeaderCookie, fiber.HeaderAcceptLanguage)
	err := c.Next()
	switch {
	case err == nil:
		tellWhere(c)
		return nil
	case s.AskToLogIn != nil && fault.Of(err).Kind == fault.Unauthenticated:
		return s.AskToLogIn(c, err)
	}
	return s.fail(c, err)
}

// tellWhere tells a script where its form leads, which browsers keep from it when they are led there (RFC 7240, 4.2).
func tellWhere(c *fiber.Ctx) {
	if c.Get("Prefer") == "return=minimal" && c.Response().StatusCode() == http.StatusSeeOther {
		c.Status(http.StatusNoContent)
	}
}

func (s *Site) enter(c *fiber.Ctx) error {
	if err := s.Enter(c); err != nil {
		return err
	}
	return c.Next()
}

// fail shows the page of what went wrong.
func (s *Site) fail(c *fiber.Ctx, err error) error {
	problem := kit.Refusal(c, err)
	frame := s.PlainFrame(c, "")
	if frame.Operator.Role != "" && problem.Status < http.StatusInternalServerError {
		frame, _ = s.Frame(c, "") // with all ways on; after a failure of ours nobody is asked what waits there
	}
	links := []web.Link{{Label: frame.T("page.link.dashboard"), URL: Home}}
	if problem.Status >= http.StatusInternalServerError && c.Method() == fiber.MethodGet {
		links = append([]web.Link{{Label: frame.T("page.link.again"), URL: c.OriginalURL()}}, links...)
	}
	page := web.Failure{
		Frame: frame, Status: problem.Status, Title: problem.Title, Detail: problem.Detail, RequestID: problem.RequestID, Links: links,
	}
	for _, one := range problem.Errors {
		page.Fields = append(page.Fields, web.FieldError{Field: one.Field, Text: one.Detail})
	}
	return Show(c, page.Page)
}

// PlainFrame is what stands around a page, as far as it can be told without asking anybody.
func (s *Site) PlainFrame(c *fiber.Ctx, section string) web.Frame {
	who := kit.Who(c)
	return web.Frame{
		Reader: web.Reader{
			Language: kit.Language(c), Theme: chosen(c, Theme), Zone: s.zone(c), Now: s.Now(), Currency: s.Currency,
		},
		Company: s.Company, Operator: web.Operator{Name: who.Name, Email: who.Email, Role: string(who.Role)},
		Section: section, Path: pathOf(c), Live: s.Live != nil, KeysOff: chosen(c, Keys) == "off",
	}
}

// Frame is what stands around a page.
func (s *Site) Frame(c *fiber.Ctx, section string) (web.Frame, error) {
	frame := s.PlainFrame(c, section)
	frame.Nav = s.nav(frame.Reader, kit.Who(c).Role)
	if s.Complete == nil {
		return frame, nil
	}
	err := s.Complete(c, &frame)
	return frame, err
}

// pathOf is the address of the page that a request is about, for going back there: that of a form which was sent and
// shown again is the same as that of the empty one.
func pathOf(c *fiber.Ctx) string {
	if c.Method() != fiber.MethodGet {
		return c.Path()
	}
	return c.OriginalURL()
}

// Show sends a view's page. It is made as a whole before any of it is sent, and however late it is: an answer that comes
// after its time is better than none.
func Show(c *fiber.Ctx, page func() templ.Component) error {
	var html bytes.Buffer
	if err := page().Render(context.Background(), &html); err != nil {
		return fmt.Errorf("render a page: %w", err)
	}
	c.Set(fiber.HeaderContentType, "text/html; charset=utf-8")
	return c.Send(html.Bytes())
}

// Sent is the handler of a page's form: show shows the form with what was typed, submit does what it is for.
func Sent(show, submit func(c *fiber.Ctx, sent url.Values) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		sent, err := form(c)
		if err != nil {
			return err
		}
		if sent.Get("do") == resumed {
			return show(c, sent)
		}
		return submit(c, sent)
	}
}

// Act is the handler of a form that is a button and nothing else, and stands on the page at back.
func Act(back string, submit func(c *fiber.Ctx, sent url.Values) error) fiber.Handler {
	return Sent(func(c *fiber.Ctx, _ url.Values) error { return c.Redirect(back, http.StatusSeeOther) }, submit)
}

// Resume shows a form again that was held back: as if it had been sent now, to the same address, and with no effect.
func Resume(c *fiber.Ctx, address, held string) error {
	sent, err := parseForm(held)
	if err != nil {
		return err
	}
	sent.Set("do", resumed)
	c.Request().SetBodyString(sent.Encode())
	path, query, _ := strings.Cut(address, "?")
	c.Request().URI().SetQueryString(query)
	c.Path(path)
	return c.RestartRouting()
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

// asset serves a file of the pages. Its address changes with its content, so it may be kept for ever.
func asset(c *fiber.Ctx) error {
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

// SafeNext is where to go on: a page of ours and nothing else, whatever an address asks for.
func SafeNext(path string) string {
	address, err := url.Parse(path)
	if err != nil || address.IsAbs() || address.Host != "" || strings.Contains(path, "\\") {
		return Home
	}
	if address.Path != Home && !strings.HasPrefix(address.Path, Home+"/") || strings.Contains(address.Path, "//") {
		return Home
	}
	return path
}

// IDOf is the id in a page's address; one that is none is the id of nothing.
func IDOf(c *fiber.Ctx) (int64, error) {
	id, ok := kit.ParseID(c.Params("id"))
	if !ok {
		return 0, fault.New(fault.NotFound, "NOT_FOUND")
	}
	return id, nil
}

// May is a handler that refuses operators of a lesser role.
func May(least kit.Role) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if !kit.Who(c).Role.Includes(least) {
			return fault.New(fault.Forbidden, "FORBIDDEN")
		}
		return c.Next()
	}
}
