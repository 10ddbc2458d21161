package e2e

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/e2e/browser"
	"b2b.example/e2e/stage"
)

// tryAgain leads from the page that says that there is no connection to the one that it stands for.
var tryAgain = browser.Selector(".failure .button")

// near opens a browser in which an operator is logged in who comes to the service itself, without a wire: once that has ended
// nobody answers. The page's worker is there.
func (d *desk) near(path string, cookies ...*http.Cookie) *browser.Page {
	d.t.Helper()
	b, err := d.browser()
	require.NoError(d.t, err)
	base := d.orders[0].url()
	p := b.Open(d.t, browser.Options{Base: base, Screen: d.screen, Cookies: append(cookies, sessionOf(d.t, base, "operator@example.test", password))})
	p.Expect(`^request failed: .*/backoffice|^answer 503: .*/backoffice|htmx:error: Failed to fetch`)
	p.Go("/backoffice" + path)
	require.True(d.t, browser.Eval[bool](p, `navigator.serviceWorker.ready.then(() => true)`))
	p.Reload()
	p.Await(`navigator.serviceWorker.controller`)
	return p
}

// TestNoConnection: where no page can be loaded, there is one that says so, in the reader's language and with all that it
// needs; it leads to the page that it stands for, by a link and by itself.
func TestNoConnection(t *testing.T) {
	everyScreen(t, func(t *testing.T, d *desk) {
		var p *browser.Page
		for _, one := range []struct{ language, title, safe, back string }{
			{"en", "No connection.", "done once or not at all", "Orders"},
			{"es", "Sin conexión.", "ocurrió una sola vez o no ocurrió", "Pedidos"},
		} {
			p = d.near("/orders", &http.Cookie{Name: "language", Value: one.language})
			d.orders[0].end()
			p.Go("/backoffice/orders?status=CREATED")
			p.See(one.title, one.safe)
			require.NotContains(t, p.Text(), "Ana Ruiz")
			isSound(t, p, browser.Options{Screen: d.screen, Language: one.language}, stage.Scene{Name: "no connection", Set: func(*browser.Page) {}})
			require.NotZero(t, browser.Eval[float64](p, `document.querySelector(".sign use").getBBox().width`), "the icons are there")
			require.Equal(t, "grid", browser.Eval[string](p, `getComputedStyle(document.querySelector(".failure")).display`), "and the style")
			p.Leads(func() { p.Click(tryAgain) })
			p.See(one.title)
			d.orders[0].start()
			p.Leads(func() { p.Click(tryAgain) })
			require.Equal(t, "/backoffice/orders?status=CREATED", p.Path())
			p.See(one.back)
			require.False(t, p.Has(tryAgain))
		}
		d.orders[0].end()
		p.Go("/backoffice/orders?format=csv")
		require.False(t, p.Has(tryAgain), "a file that cannot be saved is no page")
		p.Go("/backoffice/customers")
		p.See("Sin conexión.", "por sí sola")
		p.Leads(d.orders[0].start)
		p.See("Nuevo cliente")
	})
}

// cut is a wire that leads nowhere.
func cut(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) }

// TestLanguageWithoutConnection: the page that says that there is no connection is in the language and the theme of the page
// before, which a switch changes without another worker.
func TestLanguageWithoutConnection(t *testing.T) {
	everyWayApart(t, func(t *testing.T, d *desk) {
		if d.noScripts {
			return // nor a worker
		}
		p := d.visit("operator", "/orders")
		p.Expect(`^request failed: .*/backoffice|^answer 503: .*/backoffice`)
		require.True(t, browser.Eval[bool](p, `navigator.serviceWorker.ready.then(() => true)`))
		for range 2 { // from the system's to light, and to dark
			d.switchTo(p, "theme")
		}
		d.switchTo(p, "language")
		p.Await(`caches.match("/backoffice/reader").then((seen) => seen?.text()).then((text) => text === "es dark")`)
		d.wire.with(cut)
		p.Go("/backoffice/customers")
		p.See("Sin conexión.")
		require.Equal(t, "es dark", browser.Eval[string](p, "document.documentElement.lang + ' ' + document.documentElement.dataset.theme"))
		require.True(t, browser.Eval[bool](p, `navigator.serviceWorker.getRegistration().then(({ active, waiting, installing }) => !!active && !waiting && !installing)`))
	})
}

// TestReleaseOfAWorker: the worker of a new release waits until the pages that are open have been left, and disturbs none.
func TestReleaseOfAWorker(t *testing.T) {
	everyScreen(t, func(t *testing.T, d *desk) {
		released := func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
			if r.URL.Path != "/backoffice/worker.js" {
				pass.ServeHTTP(w, r)
				return
			}
			_, _ = w.Write(bytes.ReplaceAll(uncompressed(w, r, pass), []byte("No connection."), []byte("No line.")))
		}
		p := d.visit("operator", "/orders")
		p.Expect(`^request failed: .*/backoffice|^answer 503: .*/backoffice`)
		require.True(t, browser.Eval[bool](p, `navigator.serviceWorker.ready.then(() => true)`))
		p.Reload()
		d.wire.with(released)
		require.True(t, browser.Eval[bool](p, `navigator.serviceWorker.getRegistration().then((there) => there.update()).then(() => true)`))
		p.Await(`navigator.serviceWorker.getRegistration().then(({ waiting }) => !!waiting)`)
		for _, path := range []string{"/orders?status=CREATED", "/products", "/customers"} {
			p.Go("/backoffice" + path)
		}
		d.wire.with(cut)
		p.Go("/backoffice")
		p.See("No connection.")

		d.wire.with(released)
		p.Leave()
		p.Go("/backoffice/orders")
		p.Await(`navigator.serviceWorker.getRegistration().then(({ active, waiting }) => active.state === "activated" && !waiting)`)
		d.wire.with(cut)
		p.Go("/backoffice")
		p.See("No line.")
	})
}

// kept are the names of all caches, each with the addresses of what is kept there.
func kept(p *browser.Page) string {
	return browser.Eval[string](p, `caches.keys().then(async (names) => {
		const all = []
		for (const name of names) all.push(name, ...(await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname))
		return all.join(" ")
	})`)
}

// TestNothingIsKept: of what was seen a browser keeps nothing, and answers for nothing: a page that the server refuses is
// that refusal, and a log-out is one.
func TestNothingIsKept(t *testing.T) {
	everyScreen(t, func(t *testing.T, d *desk) {
		order := d.sell(d.stockUp(10), 1)
		p := d.near(orderPath(order))
		p.Go("/backoffice/orders")
		p.Go("/backoffice/orders/999999999")
		p.See("Not found")
		require.False(t, p.Has(browser.Selector("[data-asking]")))
		p.Click(whoIsIn)
		p.Leads(func() { p.Click(browser.Button("Log out")) })
		p.There(logInButton)
		p.Go("/backoffice" + orderPath(order))
		p.There(logInButton)
		all := kept(p)
		for _, kind := range []string{`app\.%s\.css`, `icons\.%s\.svg`, `favicon\.%s\.svg`, `offline\.%s\.js`} {
			require.Regexp(t, `offline-[0-9a-f]{10} .*/backoffice/assets/`+fmt.Sprintf(kind, `[0-9a-f]{10}`), all)
		}
		require.Regexp(t, `\breader /backoffice/reader\b`, all)
		require.Len(t, strings.Fields(all), 7, "and nothing else: %s", all)
	})
}

// TestConfirmWithoutConnection: a form that is sent while nobody answers is not answered by the worker: it is sent until there
// is an answer, and has its effect once.
func TestConfirmWithoutConnection(t *testing.T) {
	everyScreen(t, func(t *testing.T, d *desk) {
		order := d.sell(d.stockUp(10), 1)
		p := d.near(orderPath(order))
		d.orders[0].end()
		p.Click(confirm)
		p.See("No answer yet.")
		require.NotContains(t, p.Text(), "What you see is as of", "one of them is enough")
		p.Leads(d.orders[0].start)
		p.See("Confirmed")
		require.Equal(t, []string{"created by Ana Ruiz", "confirmed by Ana Ruiz"}, d.happened(order))
	})
}

// TestPageWithoutConnection: a page that is open says when it hears nothing any more, and since when; no longer once it does.
func TestPageWithoutConnection(t *testing.T) {
	line := `document.getElementById("no-connection").matches(":popover-open")`
	everyScreen(t, func(t *testing.T, d *desk) {
		p := d.near(orderPath(d.sell(d.stockUp(10), 1)))
		for range 2 {
			heard := time.Now().UTC()
			d.orders[0].end()
			p.Await(line)
			p.See("No connection. What you see is as of ")
			told := regexp.MustCompile(`as of (\d\d:\d\d)\.`).FindStringSubmatch(p.Text())
			require.Len(t, told, 2)
			require.Contains(t, []string{heard.Format("15:04"), heard.Add(time.Minute).Format("15:04"), heard.Add(-time.Minute).Format("15:04")}, told[1])
			require.Empty(t, p.Axe())
			d.orders[0].start()
			p.Await("!" + line)
		}

		p.Go("/backoffice/orders/new")
		d.orders[0].end()
		p.Fill(browser.ID("customer_search"), "acm")
		p.Await(line)
		p.Holds(browser.ID("customer_search"), "acm")
		d.orders[0].start()
		p.Fill(browser.ID("customer_search"), "acme")
		p.There(doing("choose", d.customer))
		p.Await("!" + line)
	})
}
