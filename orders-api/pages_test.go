package orders

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/crud/screens"
)

// browser is an operator's browser with scripts off: it sends what a page's forms hold, and follows no redirect by
// itself.
type browser struct {
	w       *world
	url     string
	session int64
	header  map[string]string // beside its own, "" takes one away
}

// browse is a browser in which the session is logged in.
func (w *world) browse(session int64) *browser {
	return &browser{w: w, url: w.URL, session: session}
}

// cookie is that of the browser's session.
func (b *browser) cookie() *http.Cookie {
	return &http.Cookie{Name: "b2b_session", Value: fmt.Sprintf("%d.%s", b.session, secretOf(b.session))}
}

// screen is what a browser was answered.
type screen struct {
	status int
	header http.Header
	html   string
}

func (b *browser) get(path string) screen { return b.send(http.MethodGet, path, "") }

func (b *browser) post(path string, fields url.Values) screen {
	return b.send(http.MethodPost, path, fields.Encode())
}

func (b *browser) send(method, path, body string) screen {
	b.w.t.Helper()
	request, err := http.NewRequestWithContext(b.w.t.Context(), method, b.url+path, strings.NewReader(body))
	require.NoError(b.w.t, err)
	request.Header.Set("Accept-Language", "en")
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Origin", b.url)
		request.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if b.session != 0 {
		request.AddCookie(b.cookie())
	}
	for name, value := range b.header {
		request.Header.Set(name, value)
		if value == "" {
			request.Header.Del(name)
		}
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(b.w.t, err)
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	require.NoError(b.w.t, err)
	s := screen{status: response.StatusCode, header: response.Header, html: string(content)}
	isFile := regexp.MustCompile(`^text/(csv|javascript)`).MatchString(s.header.Get("Content-Type"))
	if s.html != "" && s.status != http.StatusSeeOther && !isFile {
		require.Equal(b.w.t, "text/html; charset=utf-8", s.header.Get("Content-Type"), s.html)
		require.Contains(b.w.t, s.header.Get("Content-Security-Policy"), "default-src 'none'")
		require.Empty(b.w.t, textless.FindAllString(s.html, -1), "every text is there")
	}
	return s
}

// follow opens the page that an answer leads to.
func (b *browser) follow(s screen) screen {
	b.w.t.Helper()
	require.Equal(b.w.t, http.StatusSeeOther, s.status, s.html)
	return b.get(s.header.Get("Location"))
}

var (
	keyField = regexp.MustCompile(`name="key" value="([^"]+)"`)
	textless = regexp.MustCompile(`\bpage\.[a-z_]+(\.[A-Za-z_]+)*`)
	tags     = regexp.MustCompile(`<[^>]*>`)
	blanks   = regexp.MustCompile(`\s+`)
)

// key is the one that the page's forms carry.
func (s screen) key(t testing.TB) string {
	t.Helper()
	found := keyField.FindStringSubmatch(s.html)
	require.NotNil(t, found, "a form with a key: %s", s.html)
	return found[1]
}

// text is what a reader reads of the page.
func (s screen) text() string {
	return blanks.ReplaceAllString(html.UnescapeString(tags.ReplaceAllString(s.html, " ")), " ")
}

func fields(pairs ...string) url.Values {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return values
}

// confirmations counts how often an order was confirmed.
func (w *world) actions(id int64, action string) int {
	w.t.Helper()
	n := 0
	for _, told := range w.told(orderPath(id, "")) {
		if strings.Contains(told, action) {
			n++
		}
	}
	return n
}

// A page's forms have one effect, however often and from wherever they are sent.
func TestPagesConfirmAndCancelOnce(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		o := w.place(item(1, 5))
		ana, boss := w.browse(2), w.browse(3)
		page := ana.get(orderURL(o.ID))
		require.Equal(t, http.StatusOK, page.status)
		late := boss.get(orderURL(o.ID))
		require.NotEqual(t, page.key(t), late.key(t))

		for range 3 { // a double click, F5, Back and again
			done := ana.follow(ana.post(orderURL(o.ID)+"/confirm", fields("key", page.key(t))))
			require.Contains(t, done.text(), fmt.Sprintf("Order %d confirmed", o.ID))
			require.NotContains(t, done.text(), "Nothing was done a second time")
		}
		second := boss.follow(boss.post(orderURL(o.ID)+"/confirm", fields("key", late.key(t))))
		require.Regexp(t, `Ana operator confirmed it at \d\d:\d\d\. Nothing was done a second time`, second.text())
		require.Equal(t, 1, w.actions(o.ID, "confirmed"))

		question := ana.get(orderURL(o.ID) + "/cancel")
		require.Equal(t, http.StatusOK, question.status)
		require.Contains(t, question.text(), "5 units")
		missing := ana.post(orderURL(o.ID)+"/cancel", fields("key", question.key(t), "note", "a \"note\" <b>"))
		require.Equal(t, http.StatusUnprocessableEntity, missing.status)
		require.Contains(t, missing.text(), "Choose a reason.")
		require.Contains(t, missing.text(), `a "note" <b>`, "what was typed is kept")
		require.Equal(t, question.key(t), missing.key(t))
		for range 2 {
			answer := fields("key", question.key(t), "reason", "OTHER", "note", "a \"note\" <b>\r\nsecond line")
			require.Contains(t, ana.follow(ana.post(orderURL(o.ID)+"/cancel", answer)).text(), fmt.Sprintf("Order %d canceled", o.ID))
		}
		require.Equal(t, 1, w.actions(o.ID, "canceled"))
		require.Equal(t, int64(100), w.product(1).Stock)
		require.Equal(t, "a \"note\" <b>\nsecond line", w.get(o.ID).CancelNote)

		refused := boss.post(orderURL(o.ID)+"/confirm", fields("key", late.key(t)+"x"))
		require.Equal(t, http.StatusConflict, refused.status)
		require.Contains(t, refused.text(), "Ana operator canceled it at")
		require.Equal(t, "UI", w.events(orderPath(o.ID, ""))[0].Channel)
	})
}

func TestPageSaysThatItIsTooLateToCancel(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		o := w.place(item(1, 5))
		ana := w.browse(2)
		w.confirm(o.ID)
		question := ana.get(orderURL(o.ID) + "/cancel")
		w.clock.Pass(11 * time.Minute)
		for _, late := range []screen{
			ana.get(orderURL(o.ID) + "/cancel"),
			ana.post(orderURL(o.ID)+"/cancel", fields("key", question.key(t), "reason", "FRAUD", "note", "")),
		} {
			require.Equal(t, http.StatusConflict, late.status)
			require.Regexp(t, `can be canceled for 10 min; that ended at \d\d:\d\d\. Agree on a return`, late.text())
		}
		require.Equal(t, Confirmed, w.get(o.ID).Status)
		require.Equal(t, int64(95), w.product(1).Stock)
	})
}

// A new order grows with each button of its form, and is placed once.
func TestPagesTakeAnOrder(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		w.stock("NUT-8", 100, 3)
		ana := w.browse(2)
		empty := ana.get(home + "/orders/new")
		key := fields("key", empty.key(t))
		create := func(f url.Values, more ...string) screen {
			sent := fields(more...)
			for name, values := range f {
				sent[name] = append(sent[name], values...)
			}
			return ana.post(home+"/orders/new", sent)
		}
		require.Contains(t, create(key, "customer_search", "acm", "do", "update").html, `value="choose:1"`)
		require.Contains(t, create(key, "do", "choose:1").text(), acme.Name)
		require.Contains(t, create(key, "product_search", "nut", "do", "find_product").html, `value="add:2"`)
		require.Contains(t, create(key, "product_search", "zzz", "do", "find_product").text(), "No product begins with this.")
		added := create(key, "customer_id", "1", "product_id", "1", "qty", "5", "do", "add:1")
		require.Contains(t, added.html, `value="6"`, "a repeated product joins its line")
		require.Contains(t, added.text(), "15.00")

		bare := create(key, "do", "create")
		require.Equal(t, http.StatusUnprocessableEntity, bare.status)
		require.Contains(t, bare.text(), "Choose a customer.")
		require.Contains(t, bare.text(), "Add at least one product.")
		odd := create(key, "customer_id", "1", "product_id", "1", "qty", "two", "note", "<i>", "do", "create")
		require.Equal(t, http.StatusUnprocessableEntity, odd.status)
		require.Contains(t, odd.text(), "whole number from 1 to 1,000,000")
		require.Contains(t, odd.html, `value="two"`)

		short := fields("customer_id", "1", "product_id", "1", "qty", "101", "product_id", "2", "qty", "5", "do", "create", "key", key.Get("key"))
		refused := ana.post(home+"/orders/new", short)
		require.Equal(t, http.StatusConflict, refused.status)
		for _, offer := range []string{"set:1:100", "remove:1", "set:2:3", "remove:2"} {
			require.Contains(t, refused.html, `value="`+offer+`"`)
		}
		require.Contains(t, create(fields("product_id", "2", "qty", "5"), "do", "set:2:3").html, `value="3"`)
		require.Zero(t, w.count("orders", "1 = 1"))

		whole := fields("customer_id", "1", "product_id", "1", "qty", "6", "product_id", "2", "qty", "3", "reference", "PO-7", "note", "x",
			"do", "create", "key", key.Get("key"))
		for range 2 {
			placed := ana.post(home+"/orders/new", whole)
			require.Equal(t, home+"/orders/1", placed.header.Get("Location"), placed.text())
		}
		whole.Set("note", "another")
		again := ana.follow(ana.post(home+"/orders/new", whole))
		require.Contains(t, again.text(), "Already done: this form placed order 1 at")
		require.Equal(t, int64(1), w.count("orders", "1 = 1"))
		require.Equal(t, int64(0), w.product(2).Stock)
	})
}

// With customers-api away the form says so and loses nothing; back again, the same form places its one order.
func TestPagesKeepADraftWhileCustomersAreAway(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		ana := w.browse(2)
		page := ana.get(home + "/orders/new?customer_id=1")
		w.customers.away()
		draft := fields("key", page.key(t), "customer_id", "1", "product_id", "1", "qty", "7", "reference", "PO-7", "note", "rear dock", "do", "create")
		refused := ana.post(home+"/orders/new", draft)
		require.Equal(t, http.StatusServiceUnavailable, refused.status)
		require.Contains(t, refused.text(), "Customers are unavailable just now. Your draft is kept.")
		for _, typed := range []string{`value="7"`, `value="PO-7"`, `rear dock`, `name="customer_id" value="1"`, page.key(t)} {
			require.Contains(t, refused.html, typed)
		}
		w.customers.back()
		for range 2 {
			require.Equal(t, home+"/orders/1", ana.post(home+"/orders/new", draft).header.Get("Location"))
		}
		require.Equal(t, int64(93), w.product(1).Stock)
	})
}

// A session that has ended leads to the log-in and back, with all that was typed and under the same key.
func TestPagesLeadToTheLogInAndBack(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		o := w.place(item(1, 5))
		nobody := w.browse(0)
		away := nobody.get(orderURL(o.ID) + "?x=1")
		require.Equal(t, home+"/login?next=%2Fbackoffice%2Forders%2F1%3Fx%3D1", away.header.Get("Location"))
		login := nobody.follow(away)
		require.Contains(t, login.text(), "Order 1")
		wrong := nobody.post(home+"/login", fields("email", "ana@example.test", "password", "guess", "next", orderURL(o.ID)))
		require.Equal(t, http.StatusUnauthorized, wrong.status)
		require.Contains(t, wrong.html, `value="ana@example.test"`)
		require.Contains(t, wrong.text(), "E-mail and password do not match.")
		require.NotContains(t, wrong.html, "guess")
		tooOften := nobody.post(home+"/login", fields("email", "ana@example.test", "password", "again and again"))
		require.Equal(t, http.StatusTooManyRequests, tooOften.status)
		require.Contains(t, tooOften.text(), "Wait 7 seconds")
		in := nobody.post(home+"/login", fields("email", "ana@example.test", "password", password, "next", orderURL(o.ID)))
		require.Equal(t, orderURL(o.ID), in.header.Get("Location"))
		require.Regexp(t, `^b2b_session=2\.\d{43}; (max-age=43200; )?path=/; HttpOnly; SameSite=Lax$`, in.header.Get("Set-Cookie"))

		draft := fields("key", "k-1", "customer_id", "1", "product_id", "1", "qty", "7", "note", "rear \"dock\"", "do", "create")
		ended := nobody.post(home+"/orders/new", draft)
		require.Equal(t, http.StatusUnauthorized, ended.status)
		held := regexp.MustCompile(`name="held" value="([^"]*)"`).FindStringSubmatch(ended.html)
		require.NotNil(t, held)
		back := nobody.post(home+"/login", fields("email", "a@b.test", "password", password, "next", home+"/orders/new", "held", html.UnescapeString(held[1])))
		require.Equal(t, http.StatusOK, back.status)
		for _, typed := range []string{`value="7"`, `rear &#34;dock&#34;`, `name="customer_id" value="1"`, `value="k-1"`} {
			require.Contains(t, back.html, typed)
		}
		reason := fields("email", "a@b.test", "password", password, "next", orderURL(1)+"/cancel", "held", "key=k-2&reason=FRAUD&note=typed")
		question := nobody.post(home+"/login", reason)
		require.Equal(t, "k-2", question.key(t))
		require.Contains(t, question.html, "typed")

		ana := w.browse(2)
		out := ana.post(home+"/logout", nil)
		require.Equal(t, home+"/login", out.header.Get("Location"))
		require.Contains(t, out.header.Get("Set-Cookie"), "b2b_session=;")
		require.Contains(t, ana.get(home).header.Get("Location"), "/login")
		require.Equal(t, int64(1), w.count("orders", "1 = 1"))
	})
}

// What another site sends, what says nothing of where it comes from, and what a viewer sends, changes nothing.
func TestPagesRefuseStrangers(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		o := w.place(item(1, 5))
		forms := map[string]url.Values{
			orderURL(o.ID) + "/confirm": fields("key", "k"),
			orderURL(o.ID) + "/cancel":  fields("key", "k", "reason", "OTHER"),
			orderURL(o.ID) + "/undo":    fields("key", "k"),
			home + "/orders/new":        fields("key", "k", "customer_id", "1", "product_id", "1", "qty", "1", "do", "create"),
		}
		strangers := map[string]struct {
			session int64
			header  map[string]string
		}{
			"another site":                  {2, headers("Sec-Fetch-Site", "cross-site", "Origin", "https://evil.test")},
			"another site, an old browser":  {2, headers("Sec-Fetch-Site", "", "Origin", "https://evil.test")},
			"a neighbour":                   {2, headers("Sec-Fetch-Site", "same-site")},
			"no word of where it came from": {2, headers("Sec-Fetch-Site", "", "Origin", "")},
			"a viewer":                      {1, nil},
			"a form that is none":           {2, headers("Content-Type", "text/plain")},
		}
		before := w.tables()
		for name, who := range strangers {
			for path, form := range forms {
				b := w.browse(who.session)
				b.header = who.header
				s := b.post(path, form)
				want := http.StatusForbidden
				if name == "a form that is none" {
					want = http.StatusUnsupportedMediaType
				}
				require.Equal(t, want, s.status, "%s: %s", name, path)
			}
		}
		for _, path := range []string{orderURL(o.ID) + "/confirm", orderURL(o.ID) + "/cancel", orderURL(o.ID) + "/undo", home + "/orders/new"} {
			s := w.browse(2).post(path, fields("reason", "OTHER", "do", "create"))
			require.Equal(t, http.StatusBadRequest, s.status, "no key: %s", path)
		}
		require.Equal(t, before, w.tables())
		viewer := w.browse(1).get(orderURL(o.ID))
		require.NotContains(t, viewer.html, `action="`+orderURL(o.ID)+`/confirm"`)
		require.Contains(t, viewer.text(), "your role can look at orders")
		asked := w.Do(t, as("", confirming(o.ID, "k", 401)))
		require.Equal(t, 401, asked.Status)
	})
}

func TestListPages(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 1000)
		for range 45 {
			w.place(item(1, 1))
			w.clock.Pass(time.Second)
		}
		w.clock.Pass(67 * time.Hour)
		fresh := w.place(item(1, 2))
		w.confirm(7)
		ana := w.browse(2)
		ids := regexp.MustCompile(`href="/backoffice/orders/(\d+)\?list=[^"]*"`)
		rows := func(path string) (n int, s screen) {
			s = ana.get(path)
			require.Equal(t, http.StatusOK, s.status, s.html)
			return len(ids.FindAllString(s.html, -1)), s
		}
		older := regexp.MustCompile(`href="(/backoffice/orders\?[^"]*cursor=[^"]*)"`)
		seen, path := 0, home+"/orders?view=expiring"
		for range 3 {
			n, s := rows(path)
			seen += n
			links := older.FindAllStringSubmatch(s.html, -1)
			require.NotEmpty(t, links)
			path = html.UnescapeString(links[len(links)-1][1])
		}
		require.Equal(t, 44, seen, "the one that was confirmed and the fresh one do not expire soon")
		for path, want := range map[string]int{
			home + "/orders?status=CONFIRMED":           1,
			home + "/orders?status=CANCELED":            0,
			home + "/orders?search=acme&sort=":          0,
			home + "/orders?search=":                    20,
			home + "/orders?sort=-total_cents":          20,
			home + "/orders?customer_id=1":              20,
			home + "/orders?search=nobody":              0,
			home + "/orders?search=ac&status=CONFIRMED": 1,
		} {
			s := ana.get(path)
			if s.status == http.StatusBadRequest {
				require.Contains(t, path, "sort=", path)
				continue
			}
			require.Len(t, ids.FindAllString(s.html, -1), want, path)
		}
		for _, number := range []string{"46", "%2346", "+46+"} {
			require.Equal(t, orderURL(fresh.ID), ana.get(home+"/orders?search="+number).header.Get("Location"))
		}
		w.filtersByDays(ana)
		front := ana.get(home)
		require.Contains(t, front.text(), "45")
		require.Contains(t, front.text(), "44")
		for path, status := range map[string]int{
			home + "/orders?status=LOST": 400, home + "/orders?x=1": 400, home + "/orders?view=x": 400, home + "/orders?cursor=x": 400,
			home + "/nothing": 404, home + "/orders/999": 404, home + "/orders/x": 404, home + "/orders/999/cancel": 404,
		} {
			require.Equal(t, status, ana.get(path).status, path)
		}
	})
}

// filtersByDays: the form's days are whole days of the backoffice's time zone; a chip tells each, and takes it away.
func (w *world) filtersByDays(page *browser) {
	t, day := w.t, w.db.Now().In(time.UTC).Format(time.DateOnly)
	today, err := time.Parse(time.DateOnly, day)
	require.NoError(t, err)
	form := home + "/orders?status=CREATED&first_day=" + day + "&last_day=" + day
	from, to := url.QueryEscape(today.Format(time.RFC3339)), url.QueryEscape(today.AddDate(0, 0, 1).Format(time.RFC3339))
	require.Equal(t, home+"/orders?from="+from+"&status=CREATED&to="+to, page.get(form).header.Get("Location"))
	shown := page.follow(page.get(form))
	for _, part := range []string{"Placed from " + today.Format("2 Jan"), "Placed until " + today.Format("2 Jan")} {
		require.Contains(t, shown.text(), part)
	}
	require.Contains(t, shown.html, `name="first_day" value="`+day+`"`)
	require.Contains(t, html.UnescapeString(shown.html), `href="`+home+`/orders?from=`+from+`&status=CREATED"`)
	require.Equal(t, home+"/orders?status=CREATED", page.get(home+"/orders?status=CREATED&from="+from+"&first_day=&last_day=").header.Get("Location"))
	for _, wrong := range []string{"first_day=2026-13-01", "last_day=yesterday", "first_day=2026-01-01&first_day=2026-01-02"} {
		require.Equal(t, http.StatusBadRequest, page.get(home+"/orders?"+wrong).status, wrong)
	}
	require.NotContains(t, page.get(home+"/orders?view=expiring").html, "first_day")
}

// The list is narrowed to totals as the reader writes them, and to a reason; what no index serves is not offered.
func TestFiltersOfTheListPage(t *testing.T) {
	each(t, func(w *world) {
		w.shelves()
		ana, es := w.browse(2), w.browse(2)
		es.header = headers("Accept-Language", "es")
		at := ordersURL + "?max_total_cents=100050&min_total_cents=300&status=CANCELED"
		for typed, page := range map[string]*browser{"least=3&most=1,000.50": ana, "least=+3,00&most=1.000,5": es} {
			require.Equal(t, at, page.get(ordersURL+"?status=CANCELED&"+typed).header.Get("Location"), typed)
		}
		for _, wrong := range []string{"least=x", "least=-1", "most=1.000,50", "most=1.005", "least=1&least=2", "most=99999999999999999999"} {
			require.Equal(t, http.StatusBadRequest, ana.get(ordersURL+"?"+wrong).status, wrong)
		}
		shown := ana.get(at)
		require.Len(t, anOrder.FindAllString(shown.html, -1), 2)
		require.Contains(t, shown.text(), "Total at least $3.00")
		require.Contains(t, html.UnescapeString(shown.html), `href="`+ordersURL+`?min_total_cents=300&status=CANCELED"`, "× takes one away")
		require.Contains(t, shown.html, `name="most" inputmode="decimal" autocomplete="off" value="1000.50"`)
		require.Contains(t, es.get(at).html, `value="1000,50"`)
		require.NotContains(t, shown.html, "first_day", "no index serves days with totals")
		require.NotContains(t, shown.html, "sort=-created_at")
		why := ana.get(ordersURL + "?status=CANCELED")
		require.Contains(t, why.html, "cancel_reason=FRAUD")
		require.NotContains(t, ana.get(ordersURL).html, "cancel_reason=", "of what is not canceled there is none")
		narrowed := ana.get(ordersURL + "?status=CANCELED&cancel_reason=CUSTOMER_REQUEST")
		require.Len(t, anOrder.FindAllString(narrowed.html, -1), 2)
		require.NotContains(t, narrowed.html, `name="least"`)
		require.NotContains(t, narrowed.html, "sort=-total_cents")
		for _, other := range []string{"customer_id=1", "search=acme", "from=2026-01-01T00:00:00Z"} {
			require.NotContains(t, ana.get(ordersURL+"?"+other).html, `name="least"`, other)
		}
		for _, search := range []string{"bolt", "nut_8"} {
			require.Equal(t, http.StatusOK, ana.get(ordersURL+"?search="+search).status, "a SKU is found in the one box")
		}
	})
}

// The columns that the list shows are in its address, and stay through all that it leads to.
func TestColumnsOfTheListPage(t *testing.T) {
	each(t, func(w *world) {
		w.shelves()
		ana := w.browse(2)
		at := ordersURL + "?columns=customer%2Ctotal&status=CANCELED"
		require.Equal(t, at, ana.get(ordersURL+"?status=CANCELED&column=&column=total&column=customer").header.Get("Location"))
		require.Equal(t, ordersURL, ana.get(ordersURL+"?column=&columns=total").header.Get("Location"), "none ticked is all")
		all := "?column=status&column=customer&column=email&column=placed&column=expires&column=units&column=total"
		require.Equal(t, ordersURL, ana.get(ordersURL+all).header.Get("Location"))
		shown := html.UnescapeString(ana.get(at).html)
		require.Contains(t, shown, `class="table rows orders no-status no-email no-placed no-expires no-units"`)
		require.Contains(t, shown, `href="`+ordersURL+`?columns=customer%2Ctotal&sort=-total_cents&status=CANCELED"`)
		require.Contains(t, shown, `name="columns" value="customer,total"`, "the search keeps them")
		require.Contains(t, shown, `value="total" checked`)
		require.Contains(t, shown, `value="email">`)
		require.Contains(t, ana.get(at+"&format=csv").html, "customer_email", "a file has all")
		require.NotContains(t, ana.get(ordersURL).html, `class="table rows orders no-`)
		view := ana.save("columns=total&status=CANCELED", "Narrow")
		require.Contains(t, ana.follow(ana.get(view)).html, "no-customer")
		for _, wrong := range []string{"columns=", "columns=id", "columns=total,", "columns=total&columns=email"} {
			require.Equal(t, http.StatusBadRequest, ana.get(ordersURL+"?"+wrong).status, wrong)
		}
	})
}

func TestPreferencesAndWaysOn(t *testing.T) {
	each(t, func(w *world) {
		ana := w.browse(2)
		set := ana.post(home+"/preferences", fields("language", "es", "next", home+"/orders?status=CREATED"))
		require.Equal(t, home+"/orders?status=CREATED", set.header.Get("Location"))
		require.Contains(t, set.header.Get("Set-Cookie"), "language=es")
		require.Empty(t, ana.post(home+"/preferences", fields("language", "x;y")).header.Get("Set-Cookie"))
		require.Contains(t, ana.get(home+"/orders").html, `<html lang="en"`)
		for next, want := range map[string]string{
			"": home, home: home, home + "/orders?x=%2F": home + "/orders?x=%2F", "https://evil.test/backoffice": home, "//evil.test": home,
			home + "//evil.test": home, "/orders": home, `/backoffice\evil`: home, "/backoffice@evil.test": home, "javascript:alert(1)": home,
		} {
			require.Equal(t, want, screens.SafeNext(next), next)
		}
		require.Equal(t, http.StatusSeeOther, ana.get("/").status)
	})
}
