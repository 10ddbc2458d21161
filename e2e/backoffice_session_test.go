package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"b2b.example/db/dbtest"
	"b2b.example/e2e/browser"
)

// The fields of the log-in.
var (
	email       = browser.ID("email")
	passwordBox = browser.ID("password")
	logInButton = browser.Button("Log in")
)

// logIn fills in the log-in's page and sends it.
func (d *desk) logIn(p *browser.Page, address, secret string) {
	d.t.Helper()
	p.Fill(email, address)
	p.Fill(passwordBox, secret)
	p.Leads(func() { p.Click(logInButton) })
}

// TestLogIn: whoever is not logged in is led to the log-in and then to the page that was asked for. A refusal keeps the
// e-mail, and is the same for an account that there is and for one that there is not.
func TestLogIn(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		order := d.sell(d.stockUp(10), 1)
		p := d.stranger()
		p.Go("/backoffice" + orderPath(order))
		require.Equal(t, fmt.Sprintf("/backoffice/login?next=%%2Fbackoffice%%2Forders%%2F%d", order), p.Path())
		p.HasFocus(email)
		var refusals []string
		for _, address := range []string{"operator@example.test", "nobody@example.test"} {
			d.logIn(p, address, "not the password")
			p.See("E-mail and password do not match")
			p.Holds(email, address)
			p.Holds(passwordBox, "")
			p.HasFocus(passwordBox)
			refusals = append(refusals, p.Text())
		}
		require.Equal(t, refusals[0], refusals[1])
		d.logIn(p, "operator@example.test", password)
		require.Equal(t, "/backoffice"+orderPath(order), p.Path())
		p.See("Ana Ruiz", fmt.Sprintf("Order %d", order))
		p.Go("/backoffice/login?next=/backoffice/orders") // who is logged in needs no log-in
		require.Equal(t, "/backoffice/orders", p.Path())
	})
}

// TestLogInStaysHere: nobody is led elsewhere by an address.
func TestLogInStaysHere(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	d := h.desk(t, browser.Desktop, false)
	for _, next := range []string{"https://evil.example/", "//evil.example/", `/\evil.example`, "/orders", "/backoffice//evil.example", "javascript:alert(1)"} {
		answer := send(t, d.wire.URL+"/backoffice/login", map[string][]string{
			"email": {"operator@example.test"}, "password": {password}, "next": {next},
		}, "Sec-Fetch-Site", "same-origin")
		require.Equal(t, http.StatusSeeOther, answer.StatusCode)
		require.Equal(t, "/backoffice", answer.Header.Get("Location"), next)
		cookie := answer.Cookies[0]
		require.True(t, cookie.HttpOnly)
		require.Equal(t, http.SameSiteLaxMode, cookie.SameSite)
	}
}

// TestLogOut: afterwards Back shows nothing of what was seen, and the cookie opens nothing.
func TestLogOut(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		d.browser = wholeChromium
		order := d.sell(d.stockUp(10), 1)
		p := d.visit("operator", "/orders")
		p.Go("/backoffice" + orderPath(order))
		p.See("ops@acme.example")
		p.Click(whoIsIn)
		p.Leads(func() { p.Click(browser.Button("Log out")) })
		p.There(logInButton)
		p.Back()
		p.There(logInButton)
		require.NotContains(t, p.Text(), "ops@acme.example")
		p.Go("/backoffice/orders")
		p.There(logInButton)
	})
}

// TestTooManyLogIns: the page says how long to wait.
func TestTooManyLogIns(t *testing.T) {
	everyWayApart(t, func(_ *testing.T, d *desk) {
		p := d.stranger()
		p.Go("/backoffice/login")
		for range 12 { // five are free, and each further one has to wait twice as long: at some time that is longer than a log-in takes
			d.logIn(p, "operator@example.test", "not the password")
			if strings.Contains(p.Text(), "Too many") {
				break
			}
		}
		p.See("Too many failed attempts", "second")
		p.Holds(email, "operator@example.test")
	})
}

// TestPreferences: language and theme are chosen by a button each, on every page, and remembered.
func TestPreferences(t *testing.T) {
	everyWayApart(t, func(t *testing.T, d *desk) {
		p := d.stranger()
		p.Go("/backoffice/orders?status=CREATED")
		p.Leads(func() { p.Click(browser.Value("language", "es")) })
		p.Fill(email, "operator@example.test")
		p.Fill(passwordBox, password)
		p.Leads(func() { p.Press(kb.Enter) })
		require.Equal(t, "/backoffice/orders?status=CREATED", p.Path())
		p.See("Pedidos")
		require.Equal(t, "es", browser.Eval[string](p, "document.documentElement.lang"))
		for _, theme := range []string{"light", "dark"} {
			d.switchTo(p, "theme")
			require.Equal(t, "/backoffice/orders?status=CREATED", p.Path())
			require.Equal(t, theme, browser.Eval[string](p, "getComputedStyle(document.documentElement).colorScheme"))
		}
		d.switchTo(p, "language")
		p.See("Orders")
		p.Go("/backoffice")
		require.Equal(t, "en dark", browser.Eval[string](p, "document.documentElement.lang + ' ' + document.documentElement.dataset.theme"))
	})
}

// switchTo presses a switch, which is in the operator's menu on a phone.
func (d *desk) switchTo(p *browser.Page, name string) {
	d.t.Helper()
	if d.screen.Touch {
		p.Click(whoIsIn)
	}
	p.Leads(func() { p.Click(browser.Named(name)) })
}

// TestSessionEndsInNewOrder: the session ends while an order is being typed. After the log-in everything is there, and
// the same submit is one order.
func TestSessionEndsInNewOrder(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		tool := d.stockUp(10)
		p := d.visit("operator", "/orders/new")
		d.choose(p)
		d.add(p, tool, "3")
		p.Fill(browser.ID("reference"), "PO-77")
		p.Fill(browser.ID("note"), "Deliver on Friday\nby the back door")
		d.endSession(p)
		p.Leads(func() { p.Click(doing("create")) })
		p.See("What you typed is kept")
		d.logIn(p, "operator@example.test", password)
		p.See("ACME", tool.name)
		p.Holds(browser.ID(fmt.Sprintf("qty-%d", tool.id)), "3")
		p.Holds(browser.ID("reference"), "PO-77")
		p.Holds(browser.ID("note"), "Deliver on Friday\nby the back door")
		require.Empty(t, d.ordersOf(tool))
		p.Leads(func() { p.Click(doing("create")) })
		require.Equal(t, []int64{orderOf(t, p)}, d.ordersOf(tool))
		p.See("Deliver on Friday", "PO-77")
	})
}

// TestSessionEndsWhileTyping: with scripts, the log-in comes as soon as the form notices.
func TestSessionEndsWhileTyping(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	for _, screen := range []browser.Screen{browser.Desktop, browser.Phone} {
		d := h.desk(t, screen, false)
		p := d.visit("operator", "/orders/new")
		p.Fill(browser.ID("reference"), "PO-77")
		d.endSession(p)
		p.Leads(func() { p.Fill(browser.ID("customer_search"), "acm") })
		p.See("What you typed is kept")
		d.logIn(p, "operator@example.test", password)
		p.Holds(browser.ID("reference"), "PO-77")
		p.Holds(browser.ID("customer_search"), "acm")
		p.Click(customerSearch)
		p.There(doing("choose", d.customer))
	}
}

// TestSessionEndsInCancel: the reason and the note are there after the log-in, and the order is canceled once.
func TestSessionEndsInCancel(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		order := d.sell(d.stockUp(10), 4)
		p := d.visit("operator", orderPath(order))
		d.askToCancel(p, order)
		p.Click(browser.Role("radio", "Pricing error"))
		p.Fill(browser.ID("note"), "Old price list")
		d.endSession(p)
		p.Leads(func() { p.Click(cancel) })
		p.See("What you typed is kept")
		require.Equal(t, []string{"created by Ana Ruiz"}, d.happened(order))
		d.logIn(p, "operator@example.test", password)
		p.Holds(browser.ID("note"), "Old price list")
		p.Leads(func() { p.Click(cancel) })
		p.See("Pricing error", "Old price list")
		require.Equal(t, []string{"created by Ana Ruiz", "canceled by Ana Ruiz"}, d.happened(order))
	})
}

// endSession logs out in another tab.
func (d *desk) endSession(p *browser.Page) {
	d.t.Helper()
	other := p.Another()
	other.Go("/backoffice")
	other.Click(whoIsIn)
	other.Leads(func() { other.Click(browser.Button("Log out")) })
}

// TestSettings: what an operator chooses follows them to another browser; a new password keeps them where they are, and ends
// their other sessions.
func TestSettings(t *testing.T) {
	everyWayApart(t, func(t *testing.T, d *desk) {
		order := d.sell(d.stockUp(10), 1)
		p, other := d.visit("operator", "/settings"), d.visit("operator", orderPath(order))
		p.Click(browser.ID("language-es"))
		p.Click(browser.ID("theme-dark"))
		p.Fill(browser.ID("time_zone"), "Asia/Tokyo")
		p.Leads(func() { p.Press(kb.Enter) })
		p.HasFocus(doneBar)
		p.See("Ajustes guardados", "Contraseña")
		elsewhere := d.stranger()
		elsewhere.Go("/backoffice/orders")
		d.logIn(elsewhere, "operator@example.test", password)
		elsewhere.See("Pedidos")
		elsewhere.Await(`document.querySelector("td time").dateTime.endsWith("+09:00")`)

		p.Fill(browser.ID("current_password"), "not my password")
		p.Fill(browser.ID("new_password"), "short orange ferries 7")
		p.Leads(func() { p.Press(kb.Enter) })
		p.See("Esta no es su contraseña actual.")
		p.Fill(browser.ID("current_password"), password)
		p.Fill(browser.ID("new_password"), "short orange ferries 7")
		p.Leads(func() { p.Press(kb.Enter) })
		p.See("Contraseña cambiada")
		p.Go("/backoffice" + orderPath(order))
		require.Equal(t, order, orderOf(t, p), "who has changed it stays where they are")
		d.logIn(d.login(), "operator@example.test", "short orange ferries 7")
		require.Eventually(t, func() bool {
			other.Go("/backoffice" + orderPath(order))
			return strings.HasPrefix(other.Path(), "/backoffice/login")
		}, time.Minute, time.Second, "another browser is logged out as soon as it is asked about")
	})
}

// login is the page to log in, in a browser of its own.
func (d *desk) login() *browser.Page {
	d.t.Helper()
	p := d.stranger()
	p.Go("/backoffice/login")
	return p
}
