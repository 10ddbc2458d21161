package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long a page may take to become as a test expects it. It is only used up by a test that fails.
const patience = time.Minute

// Options say who looks at a page, and how.
type Options struct {
	Base      string // of every address: "http://127.0.0.1:3002"
	Screen    Screen // Desktop when empty
	NoScripts bool
	Language  string // what the browser asks for; "en" when empty
	Dark      bool
	Cookies   []*http.Cookie
}

// Screen is a size in CSS pixels, and what it is the size of.
type Screen struct {
	Name          string
	Width, Height int64
	Touch         bool
	Scale         float64
}

// The screens that pages are made for.
var (
	Desktop = Screen{Name: "1440", Width: 1440, Height: 900, Scale: 1}
	Phone   = Screen{Name: "390", Width: 390, Height: 844, Touch: true, Scale: 2}
)

// Page is a tab.
type Page struct {
	t       T
	ctx     context.Context
	options Options
	watch   *watch
	clicks  int
}

// Open opens an empty tab with cookies of its own until the test ends, which fails if the page has done wrong by then.
func (b *Browser) Open(t T, o Options) *Page {
	t.Helper()
	if o.Screen == (Screen{}) {
		o.Screen = Desktop
	}
	if o.Language == "" {
		o.Language = "en"
	}
	return open(t, b.ctx, o, chromedp.WithNewBrowserContext())
}

// Another opens a second tab beside the page, with the same cookies.
func (p *Page) Another() *Page {
	p.t.Helper()
	o := p.options
	o.Cookies = nil // they are there
	return open(p.t, p.ctx, o)
}

func open(t T, parent context.Context, o Options, context ...chromedp.ContextOption) *Page { //nolint:revive // the test comes first, as everywhere
	t.Helper()
	w, err := newWatch(o.Base)
	if err != nil {
		t.Errorf("%v", err)
		t.FailNow()
	}
	ctx, cancel := chromedp.NewContext(parent, append(context, chromedp.WithListener(w.see))...)
	p := &Page{t: t, ctx: ctx, options: o, watch: w}
	w.dialog = p.dismiss
	t.Cleanup(func() {
		p.judge()
		cancel()
	})
	p.must(chromedp.Do(ctx))
	p.emulate()
	for _, c := range o.Cookies {
		do(p, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: o.Base, HTTPOnly: &c.HttpOnly, SameSite: "Lax"})
	}
	return p
}

// emulate makes the tab what the options say.
func (p *Page) emulate() {
	p.t.Helper()
	do(p, audits.Enable, cdp.Empty{})
	do(p, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": p.options.Language}})
	do(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: p.options.NoScripts})
	do(p, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	p.Dark(p.options.Dark)
	p.Resize(p.options.Screen)
}

// Dark chooses what the system has for a theme.
func (p *Page) Dark(dark bool) {
	p.t.Helper()
	theme := map[bool]string{false: "light", true: "dark"}[dark]
	do(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
}

// Paper shows the page as it is printed.
func (p *Page) Paper() {
	p.t.Helper()
	do(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
}

// Resize gives the tab another screen.
func (p *Page) Resize(s Screen) {
	p.t.Helper()
	p.options.Screen = s
	do(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: s.Width, Height: s.Height, DeviceScaleFactor: s.Scale, Mobile: s.Touch,
	})
	do(p, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: s.Touch})
}

// judge fails the test for whatever the page did wrong, and shows the page of a test that failed.
func (p *Page) judge() {
	for _, fault := range p.watch.unexpected() {
		p.t.Errorf("the page: %s", fault)
	}
	if p.t.Failed() {
		address, _ := evaluate[string](p, "location.href")
		text, _ := evaluate[string](p, "document.body.innerText")
		p.t.Logf("at its end the page was %s:\n%s", address, text)
	}
}

// Expect takes faults that the test itself brings about for what they are.
func (p *Page) Expect(pattern string) { p.watch.expect(pattern) }

// Faults are what the page has done wrong so far; the test that asks for them has seen them.
func (p *Page) Faults() []string {
	faults := p.watch.unexpected()
	p.watch.expect("")
	return faults
}

// dismiss closes a dialog of the page, which would hold up everything.
func (p *Page) dismiss() {
	_, _ = call(p, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: false})
}

// Go goes to a path.
func (p *Page) Go(path string) {
	p.t.Helper()
	p.Leads(func() {
		do(p, page.Navigate, page.NavigateParams{URL: p.options.Base + path})
	})
}

// Leave leaves the site, for an empty page.
func (p *Page) Leave() {
	p.t.Helper()
	p.Leads(func() { do(p, page.Navigate, page.NavigateParams{URL: "about:blank"}) })
}

// Reload is F5.
func (p *Page) Reload() {
	p.t.Helper()
	p.Leads(func() { do(p, page.Reload, page.ReloadParams{}) })
}

// Back is the browser's button.
func (p *Page) Back() {
	p.t.Helper()
	history := do(p, page.GetNavigationHistory, cdp.Empty{})
	if history.CurrentIndex == 0 {
		p.fail("there is no page to go back to")
	}
	p.Leads(func() {
		do(p, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: history.Entries[history.CurrentIndex-1].ID})
	})
}

// Leads waits until what is done has led to another document, and that has been loaded.
func (p *Page) Leads(act func()) {
	p.t.Helper()
	before := p.frame().LoaderID
	act()
	p.until("another document", func() (bool, error) {
		if p.frame().LoaderID == before {
			return false, nil
		}
		state, err := evaluate[string](p, "document.readyState")
		return state == "complete", err
	})
}

// frame is the page's, whose loader is another for each document.
func (p *Page) frame() *cdp.Frame {
	p.t.Helper()
	return do(p, page.GetFrameTree, cdp.Empty{}).FrameTree.Frame
}

// Path is where the page is, with its query.
func (p *Page) Path() string {
	p.t.Helper()
	return Eval[string](p, "location.pathname + location.search")
}

// Text is all text that the page shows.
func (p *Page) Text() string {
	p.t.Helper()
	return Eval[string](p, "document.body.innerText")
}

// See waits until the page shows each of these texts. Blanks are all one, and so are capitals: style sheets change them.
func (p *Page) See(texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		p.until(fmt.Sprintf("%q on the page", text), func() (bool, error) {
			all, err := evaluate[string](p, "document.body.innerText")
			return strings.Contains(plain(all), plain(text)), err
		})
	}
}

func plain(text string) string { return strings.ToLower(strings.Join(strings.Fields(text), " ")) }

// Await waits until an expression is true.
func (p *Page) Await(expression string) {
	p.t.Helper()
	p.until(expression, func() (bool, error) { return evaluate[bool](p, "!!("+expression+")") })
}

// Eval gives an expression's value, or that of its promise.
func Eval[V any](p *Page, expression string) V {
	p.t.Helper()
	value, err := evaluate[V](p, expression)
	p.must(err)
	return value
}

func evaluate[V any](p *Page, expression string) (value V, err error) {
	return evaluateIn[V](p, 0, expression)
}

// evaluateIn evaluates in a world of the page's; 0 is its own.
func evaluateIn[V any](p *Page, world runtime.ExecutionContextID, expression string) (value V, err error) {
	answer, err := call(p, runtime.Evaluate, runtime.EvaluateParams{
		Expression: expression, ContextID: world, ReturnByValue: new(true), AwaitPromise: new(true), UserGesture: new(true),
	})
	switch {
	case err != nil:
		return value, err
	case answer.ExceptionDetails != nil:
		return value, fmt.Errorf("%s: %s", expression, exceptionText(answer.ExceptionDetails))
	case len(answer.Result.Value) == 0:
		return value, fmt.Errorf("%s: it has no value", expression)
	}
	return value, json.Unmarshal(answer.Result.Value, &value)
}

// Clicks are how many times Click has been called.
func (p *Page) Clicks() int { return p.clicks }

// Weight is how many bytes came over the wire since the page was opened, heads included.
func (p *Page) Weight() int64 {
	p.watch.mu.Lock()
	defer p.watch.mu.Unlock()
	return p.watch.weight
}

// Overflow is by how many pixels the page can be scrolled sideways.
func (p *Page) Overflow() int {
	p.t.Helper()
	return Eval[int](p, "document.scrollingElement.scrollWidth - document.documentElement.clientWidth")
}

// shift tells what has moved on a page by itself since it was loaded. What follows a press is no surprise.
const shift = `new Promise(done => {
	const found = {sum: 0, moved: []}
	const place = r => [r.x, r.y, r.width, r.height].map(Math.round).join(" ")
	const observer = new PerformanceObserver(list => list.getEntries().filter(shift => !shift.hadRecentInput).forEach(shift => {
		found.sum += shift.value
		shift.sources.forEach(s => found.moved.push(
			(s.node?.outerHTML || s.node?.textContent || "gone").slice(0, 150) + ": " + place(s.previousRect) + " to " + place(s.currentRect)))
	}))
	observer.observe({type: "layout-shift", buffered: true})
	requestAnimationFrame(() => setTimeout(() => done(found)))
})`

// Shift is what has moved on a page by itself: Sum as browsers count it, 0 is none, and up to 0.1 is called good; Moved tells each
// thing, and from where to where (x, y, width, height in pixels).
type Shift struct {
	Sum   float64
	Moved []string
}

// Shift looks at what has moved since the page was loaded.
func (p *Page) Shift() Shift {
	p.t.Helper()
	return Eval[Shift](p, shift)
}

// painted waits for the first that a page shows.
const painted = `new Promise(done => new PerformanceObserver(list => done(list.getEntries()[0].startTime)).observe({type: "paint", buffered: true}))`

// Painted is how long after it was asked for the page showed anything.
func (p *Page) Painted() time.Duration {
	p.t.Helper()
	return time.Duration(Eval[float64](p, painted) * float64(time.Millisecond))
}

// Picture is a PNG of what the screen shows, or of the whole page.
func (p *Page) Picture(whole bool) []byte {
	p.t.Helper()
	return do(p, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: &whole}).Data
}

// until waits for something, looking again and again: a page that is being replaced cannot be asked for a moment.
func (p *Page) until(what string, done func() (bool, error)) {
	p.t.Helper()
	deadline := time.Now().Add(patience)
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		ok, err := done()
		if ok && err == nil {
			return
		}
		if time.Now().After(deadline) {
			p.fail("waited in vain for %s (%v)", what, err)
		}
		time.Sleep(wait)
	}
}

// do sends a command to the tab, and gives its answer.
func do[P, R any](p *Page, command cdp.Command[P, R], params P) R {
	p.t.Helper()
	answer, err := call(p, command, params)
	p.must(err)
	return answer
}

// call is do where the command may fail. A tab answers nothing about its page while it waits for the next one.
func call[P, R any](p *Page, command cdp.Command[P, R], params P) (R, error) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	answer, err := chromedp.Call(ctx, command, params)
	if err != nil {
		err = fmt.Errorf("%s: %w", command.Method, err)
	}
	return answer, err
}

// run runs actions of chromedp's.
func (p *Page) run(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	p.must(chromedp.Do(ctx, actions...))
}

func (p *Page) must(err error) {
	p.t.Helper()
	if err != nil {
		p.fail("%v", err)
	}
}

func (p *Page) fail(format string, args ...any) {
	p.t.Helper()
	p.t.Errorf(format, args...)
	p.t.FailNow()
}
