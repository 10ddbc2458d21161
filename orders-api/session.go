package orders

import (
	"math"
	"net/http"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"b2b.example/crud/screens"
	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/web"
)

func (b *backoffice) loginPage(c *fiber.Ctx) error {
	next := screens.SafeNext(c.Query("next"))
	if b.browsers.Enter(c) == nil {
		return c.Redirect(next, http.StatusSeeOther)
	}
	return b.showLogin(c, web.Login{Next: next})
}

// askToLogIn leads to the log-in and back. What a form has sent is kept meanwhile, so that nothing typed is lost; a file is
// chosen again.
func (b *backoffice) askToLogIn(c *fiber.Ctx, err error) error {
	problem := kit.Refusal(c, err)
	if c.Method() == fiber.MethodGet || screens.SendsFile(c) {
		return c.Redirect(home+"/login?"+url.Values{"next": {c.OriginalURL()}}.Encode(), http.StatusSeeOther)
	}
	frame := b.PlainFrame(c, "")
	return b.showLogin(c, web.Login{
		Next: c.OriginalURL(), Held: string(c.Request().Body()),
		Note: &web.Note{Kind: "warn", Title: problem.Detail, Text: frame.T("page.note.held")},
	})
}

// logIn begins a session and goes on to where it was wanted: with the form that waited for it, if one did.
func (b *backoffice) logIn(c *fiber.Ctx, sent url.Values) error {
	page := web.Login{Email: strings.TrimSpace(sent.Get("email")), Next: screens.SafeNext(sent.Get("next")), Held: sent.Get("held")}
	if err := b.browsers.LogIn(c, page.Email, sent.Get("password")); err != nil {
		page.Note = b.loginRefusal(c, err)
		return b.showLogin(c, page)
	}
	if err := b.recall(c); err != nil {
		return err
	}
	if page.Held != "" {
		return screens.Resume(c, page.Next, page.Held)
	}
	return c.Redirect(page.Next, http.StatusSeeOther)
}

// recall gives the browser what its operator prefers, whatever browser they chose it in.
func (b *backoffice) recall(c *fiber.Ctx) error {
	if err := b.browsers.Enter(c); err != nil {
		return err
	}
	chosen, err := b.preferencesOf(kit.Context(c), kit.Who(c).Operator)
	b.Recall(c, chosen)
	return err
}

// loginRefusal says why a log-in failed, and never which of the two fields was wrong.
func (b *backoffice) loginRefusal(c *fiber.Ctx, err error) *web.Note {
	problem, frame, f := kit.Refusal(c, err), b.PlainFrame(c, ""), fault.Of(err)
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
	page.Frame = b.PlainFrame(c, "")
	page.Path = home + "/login?" + url.Values{"next": {page.Next}}.Encode()
	page.Subject = subject(page.Reader, page.Next)
	return screens.Show(c, page.Page)
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
func (b *backoffice) logOut(c *fiber.Ctx, _ url.Values) error {
	if err := b.browsers.LogOut(c); err != nil {
		return err
	}
	c.Set("Clear-Site-Data", `"cache"`)
	return c.Redirect(home+"/login", http.StatusSeeOther)
}
