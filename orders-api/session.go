package orders

import (
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/kit/i18n"
	"b2b.example/web"
)

// preferences are what a browser's operator can choose; a theme of "system" is none.
var preferences = map[string][]string{"language": {i18n.English, i18n.Spanish}, "theme": {"light", "dark", "system"}}

// preferenceLife is how long a browser keeps what its operator prefers.
const preferenceLife = 365 * 24 * time.Hour

func (b *backoffice) loginPage(c *fiber.Ctx) error {
	next := safeNext(c.Query("next"))
	if b.browsers.Enter(c) == nil {
		return c.Redirect(next, http.StatusSeeOther)
	}
	return b.showLogin(c, web.Login{Next: next})
}

// askToLogIn leads to the log-in and back. What a form has sent is kept meanwhile, so that nothing typed is lost.
func (b *backoffice) askToLogIn(c *fiber.Ctx, err error) error {
	problem := kit.Refusal(c, err)
	if c.Method() == fiber.MethodGet {
		return c.Redirect(home+"/login?"+url.Values{"next": {c.OriginalURL()}}.Encode(), http.StatusSeeOther)
	}
	frame := b.plainFrame(c, "")
	return b.showLogin(c, web.Login{
		Next: c.Path(), Held: string(c.Request().Body()),
		Note: &web.Note{Kind: "warn", Title: problem.Detail, Text: frame.T("page.note.held")},
	})
}

// logIn begins a session and goes on to where it was wanted: with the form that waited for it, if one did.
func (b *backoffice) logIn(c *fiber.Ctx) error {
	sent, err := form(c)
	if err != nil {
		return err
	}
	page := web.Login{Email: strings.TrimSpace(sent.Get("email")), Next: safeNext(sent.Get("next")), Held: sent.Get("held")}
	if err := b.browsers.LogIn(c, page.Email, sent.Get("password")); err != nil {
		page.Note = b.loginRefusal(c, err)
		return b.showLogin(c, page)
	}
	if page.Held == "" {
		return c.Redirect(page.Next, http.StatusSeeOther)
	}
	if err := b.browsers.Enter(c); err != nil {
		return err
	}
	held, err := parseForm(page.Held)
	if err != nil {
		return err
	}
	return b.resume(c, page.Next, held)
}

// resume shows a form again that was sent when its session had ended: with all that was typed, and under the same key.
func (b *backoffice) resume(c *fiber.Ctx, path string, held url.Values) error {
	if !mayWrite(c) {
		return fault.New(fault.Forbidden, "FORBIDDEN")
	}
	rest, isOrder := strings.CutPrefix(path, home+"/orders/")
	number, isCancel := strings.CutSuffix(rest, "/cancel")
	switch id, ok := wholeNumber(number); {
	case isOrder && rest == "new":
		return b.showNewOrder(c, readOrderForm(held), nil)
	case isOrder && isCancel && ok:
		return b.showCancel(c, id, readCancelForm(held), nil)
	}
	return c.Redirect(path, http.StatusSeeOther)
}

// loginRefusal says why a log-in failed, and never which of the two fields was wrong.
func (b *backoffice) loginRefusal(c *fiber.Ctx, err error) *web.Note {
	problem, frame, f := kit.Refusal(c, err), b.plainFrame(c, ""), fault.Of(err)
	switch f.Kind { //nolint:exhaustive // the others speak for themselves
	case fault.Unauthenticated, fault.Invalid:
		c.Status(http.StatusUnauthorized)
		return &web.Note{Kind: "bad", Title: frame.T("page.note.credentials"), Text: frame.T("page.note.credentials.do")}
	case fault.TooManyRequests:
		wait := int64(math.Ceil(f.RetryAfter.Seconds()))
		return &web.Note{Kind: "bad", Title: frame.T("page.note.too_many"), Text: frame.T("page.note.too_many.do", "count", wait)}
	}
	return &web.Note{Kind: "bad", Title: frame.T("page.note.login_away"), Text: problem.Detail}
}

func (b *backoffice) showLogin(c *fiber.Ctx, page web.Login) error {
	page.Frame = b.plainFrame(c, "")
	page.Path = home + "/login?" + url.Values{"next": {page.Next}}.Encode()
	page.Subject = subject(page.Reader, page.Next)
	return show(c, web.LoginPage(page))
}

// subject names what a log-in goes on to; "" where it has no name.
func subject(r web.Reader, next string) string {
	path, _, _ := strings.Cut(next, "?")
	rest, isOrder := strings.CutPrefix(path, home+"/orders/")
	number, _, _ := strings.Cut(rest, "/")
	id, numbered := wholeNumber(number)
	switch {
	case isOrder && numbered:
		return r.T("page.order.title", "id", id)
	case isOrder && rest == "new":
		return r.T("page.new_order.title")
	}
	return ""
}

// logOut ends the session. What the browser has kept of the pages goes with it.
func (b *backoffice) logOut(c *fiber.Ctx) error {
	if err := b.browsers.LogOut(c); err != nil {
		return err
	}
	c.Set("Clear-Site-Data", `"cache"`)
	return c.Redirect(home+"/login", http.StatusSeeOther)
}

// prefer sets the language or the theme of this browser.
func (b *backoffice) prefer(c *fiber.Ctx) error {
	sent, err := form(c)
	if err != nil {
		return err
	}
	for name, values := range preferences {
		if !slices.Contains(values, sent.Get(name)) {
			continue
		}
		c.Cookie(&fiber.Cookie{
			Name: name, Value: sent.Get(name), Path: home, MaxAge: int(preferenceLife.Seconds()), HTTPOnly: true,
			SameSite: fiber.CookieSameSiteLaxMode, Secure: b.browsers.Secure(),
		})
	}
	return c.Redirect(safeNext(sent.Get("next")), http.StatusSeeOther)
}

// safeNext is where to go on: a page of ours and nothing else, whatever an address asks for.
func safeNext(path string) string {
	address, err := url.Parse(path)
	if err != nil || address.IsAbs() || address.Host != "" || strings.Contains(path, "\\") {
		return home
	}
	if address.Path != home && !strings.HasPrefix(address.Path, home+"/") || strings.Contains(address.Path, "//") {
		return home
	}
	return path
}
