package e2e

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"b2b.example/db/dbtest"
	"b2b.example/e2e/browser"
	"b2b.example/e2e/stage"
)

// TestEveryPage looks at every page of the product with its demo data.
func TestEveryPage(t *testing.T) {
	t.Parallel()
	b, err := chromium()
	require.NoError(t, err)
	s := stage.Raise(t, b)
	t.Run("weight", func(t *testing.T) { isLight(t, s) })
	t.Run("still", func(t *testing.T) { isStill(t, s) })
	for _, screen := range []browser.Screen{browser.Desktop, browser.Phone} {
		for _, language := range []string{"en", "es"} {
			t.Run(screen.Name+" "+language, func(t *testing.T) {
				t.Parallel()
				o := browser.Options{Screen: screen, Language: language}
				isSound(t, s.Stranger(t, o), o, s.LogIn())
				visit := s.Visits(t, o)
				for _, scene := range s.Scenes() {
					isSound(t, visit(scene), o, scene)
				}
			})
		}
	}
}

// mostShift is what browsers call good: a slow one takes for a surprise what came of a press. A run's page grows while it goes on.
const mostShift, run = 0.1, `!!document.getElementById("run")`

// isSound looks at one page: axe finds nothing in either theme, nothing moves by itself, what gets the focus can be seen, and
// nothing can be scrolled sideways, at any width.
func isSound(t *testing.T, p *browser.Page, o browser.Options, scene stage.Scene) {
	t.Helper()
	scene.Set(p)
	assert.Equal(t, o.Language, browser.Eval[string](p, "document.documentElement.lang"), scene.Name)
	if !browser.Eval[bool](p, run) {
		shift := p.Shift()
		assert.LessOrEqual(t, shift.Sum, mostShift, "%s: %q", scene.Name, shift.Moved)
	}
	assert.Empty(t, p.Axe(), scene.Name)
	p.Dark(true)
	assert.Empty(t, p.AxeContrast(), "%s in the dark", scene.Name)
	p.Dark(false)
	assert.Empty(t, browser.Eval[[]string](p, hidden), "%s: what gets the focus is hidden behind something", scene.Name)
	assert.Zero(t, p.Overflow(), scene.Name)
	if o.Screen.Touch {
		return
	}
	for _, width := range widths {
		p.Resize(browser.Screen{Width: width, Height: 800, Scale: 1})
		assert.Zero(t, p.Overflow(), "%s at %d", scene.Name, width)
	}
	p.Resize(o.Screen)
}

// widths are those between the two screens and beyond.
var widths = []int64{390, 640, 768, 900, 1024, 1280, 1920}

// hidden lists what gets the focus where nobody sees it (WCAG 2.4.11).
const hidden = `[...document.querySelectorAll("a[href], button, input, textarea, select, summary")]
	.filter(e => e.checkVisibility({visibilityProperty: true}) && e.tabIndex >= 0 && !(document.querySelector("dialog[open]") && !e.closest("dialog")))
	.filter(e => {
		e.focus()
		if (document.activeElement !== e) return false
		const b = e.getBoundingClientRect()
		const seen = (x, y) => { const met = document.elementFromPoint(x, y); return met && (e.contains(met) || met.contains(e)) }
		return ![[.5, .5], [.1, .1], [.9, .1], [.1, .9], [.9, .9]].some(([x, y]) => seen(b.x + b.width * x, b.y + b.height * y))
	}).map(e => e.outerHTML.slice(0, 150))`

// mostWeight is how many bytes the first load of the orders may take on the wire.
const mostWeight = 150_000

// isLight weighs the first load of the orders, with everything that it brings, and the next one.
func isLight(t *testing.T, s *stage.Stage) {
	t.Helper()
	p := s.Visit(t, browser.Options{})
	p.Go("/backoffice/orders")
	first := p.Weight()
	t.Logf("the first load of the orders: %d bytes on the wire", first)
	require.Less(t, first, int64(mostWeight))
	require.Greater(t, first, int64(10_000), "this cannot be all")
	p.Go("/backoffice/orders?status=CONFIRMED")
	require.Less(t, p.Weight()-first, int64(20_000), "styles, scripts and icons are not brought again")
}

// isStill loads pages on which nothing may move by itself.
func isStill(t *testing.T, s *stage.Stage) {
	t.Helper()
	p := s.Visit(t, browser.Options{})
	for _, path := range []string{"/orders", "/orders/new", "/products", "/customers", "/activity", "/settings"} {
		p.Go("/backoffice" + path)
		shift := p.Shift()
		require.Zero(t, shift.Sum, "%s: %q", path, shift.Moved)
	}
}

// TestPagesAreShownWhole: of a page whose second half comes late, nothing is painted before, for it would move when the rest is there.
func TestPagesAreShownWhole(t *testing.T) {
	t.Parallel()
	const late = time.Second
	d := newHouse(t, dbtest.SQLite(t)).desk(t, browser.Desktop, false)
	p := d.visit("operator", "/orders")
	d.wire.with(func(w http.ResponseWriter, r *http.Request, pass http.Handler) {
		if r.URL.Path != "/backoffice/products" {
			pass.ServeHTTP(w, r)
			return
		}
		page := uncompressed(w, r, pass)
		half := len(page) / 2
		_, _ = w.Write(page[:half])
		_ = http.NewResponseController(w).Flush()
		time.Sleep(late)
		_, _ = w.Write(page[half:])
	})
	p.Go("/backoffice/products")
	require.GreaterOrEqual(t, p.Painted(), late)
}

// hostile are texts that break pages which trust them.
var hostile = map[string]string{
	"markup":    `<script>alert(1)</script><img src=x onerror=alert(2)>`,
	"quotes":    `"'><svg onload=alert(3)> onfocus='alert(4)' autofocus x="`,
	"templates": `{{7*7}} ${7*7} <%= 7*7 %> &lt;b&gt; %3Cb%3E javascript:alert(5)`,
	"backwards": `שלום עולם مرحبا بالعالم`,
	"pictures":  `🧨🔥🇪🇨 ﷽ Z̸̡̛a̷l̵g̴o̶`,
	"long word": strings.Repeat("W", 64),
}

// TestHostileTexts: whatever is in the fields that pages show is shown as text.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	t.Cleanup(h.checkInvariants)
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h.desk(t, browser.Phone, false).showHostile(text)
		})
	}
}

// short is as much of a text as every field takes.
func short(text string) string {
	letters := []rune(text)
	return string(letters[:min(len(letters), 40)])
}

// showHostile has a text in every field that the pages show, and looks at every page that shows it.
func (d *desk) showHostile(text string) {
	t := d.t
	t.Helper()
	n := goodsMade.Add(1)
	name := fmt.Sprintf("%d %s", n, text)
	sku := fmt.Sprintf("%d-%s", n, strings.ReplaceAll(short(text), " ", "_"))
	address := fmt.Sprintf("%d'{{7*7}}&amp$%s@example.test", n, strings.Repeat("w", 60))
	customer := d.post(d.customers.url()+"/customers", d.operator,
		jsonOf(map[string]any{"name": name, "email": address, "phone": short(text), "tax_id": short(text)}))
	product := d.post(d.orders[0].url()+"/products", d.manager,
		jsonOf(map[string]any{"sku": sku, "name": name, "price_cents": 99999999, "stock": 7}))
	note := text + "\u202e\u2066 backwards\n" + text
	order := d.post(d.orders[0].url()+"/orders", d.operator, jsonOf(map[string]any{
		"customer_id": customer, "items": []map[string]int64{{"product_id": product, "qty": 3}}, "reference": short(text), "note": note,
	}))

	p := d.visit("operator", orderPath(order))
	shows := func(texts ...string) {
		t.Helper()
		p.See(texts...)
		for _, screen := range []browser.Screen{browser.Desktop, browser.Phone} {
			p.Resize(screen)
			require.Zero(t, p.Overflow(), p.Path())
		}
		require.Zero(t, browser.Eval[int](p, `document.querySelectorAll("main script:not([src^='/backoffice/assets/']), main img, main [onload], main [onerror]").length`))
	}
	shows(name, sku, address, short(text), text)
	p.Go("/backoffice/orders?customer_id=" + strconv.FormatInt(customer, 10))
	shows(name, short(text))
	p.Go("/backoffice/orders")
	p.Fill(browser.ID("search"), name)
	p.Leads(func() { p.Press(kb.Enter) })
	shows(name)
	p.Go("/backoffice")
	shows("Dashboard")

	p.Go("/backoffice/orders/new")
	p.Fill(customerSearch, fmt.Sprintf("%d ", n))
	p.There(doing("choose", customer))
	shows(name, address)
	d.works(p, doing("choose", customer))
	p.Fill(productSearch, sku)
	p.There(doing("add", product))
	shows(name, sku)
	d.works(p, doing("add", product))
	p.Fill(browser.ID(fmt.Sprintf("qty-%d", product)), "99")
	p.Press(kb.Tab)
	shows("99 asked, 4 left", name, sku)
	p.Fill(browser.ID("reference"), text+text+text)
	p.Leads(func() { p.Click(doing("create")) })
	p.Holds(browser.ID("reference"), text+text+text)
	shows("99 asked, 4 left")

	p.Go("/backoffice" + orderPath(order) + "/cancel")
	shows(sku)
	p.Click(browser.Role("radio", "Other"))
	p.Fill(browser.ID("note"), note)
	p.Leads(func() { p.Click(cancel) })
	shows(name, text)
}
