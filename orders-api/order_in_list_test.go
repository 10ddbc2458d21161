package orders

import (
	"html"
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	besideLink = regexp.MustCompile(`href="([^"]*)" aria-keyshortcuts="([hl])"`)
	backLink   = regexp.MustCompile(`class="back" href="([^"]*)"`)
)

// beside are the orders beside that of a page, by the keys that lead there.
func (s screen) beside() map[string]string {
	found := map[string]string{}
	for _, link := range besideLink.FindAllStringSubmatch(s.html, -1) {
		found[link[2]] = html.UnescapeString(link[1])
	}
	return found
}

// inListOf is the address of an order as a list's page has it.
func (s screen) inListOf(t *testing.T, id int64) string {
	t.Helper()
	found := regexp.MustCompile(`href="(` + orderURL(id) + `\?list=[^"]*)"`).FindStringSubmatch(s.html)
	require.NotNil(t, found, "order %d is in the list", id)
	return html.UnescapeString(found[1])
}

// Whoever opens an order from a list goes through that list: its filters, its order, its page, also when what is done
// takes the order out of it.
func TestOrderIsBesideOthersOfItsList(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 1000)
		for range 25 {
			w.place(item(1, 1))
			w.clock.Pass(time.Second)
		}
		w.confirm(23)
		ana := w.browse(2)
		for list, of := range map[string]map[int64][2]string{
			"/orders":                                {25: {"", "24"}, 24: {"25", "23"}, 6: {"7", "5"}},
			"/orders?status=CREATED":                 {24: {"25", "22"}, 22: {"24", "21"}},
			"/orders?sort=created_at&status=CREATED": {1: {"", "2"}, 20: {"19", "21"}},
			"/orders?sort=total_cents":               {2: {"1", "3"}},
			"/orders?search=acme":                    {25: {"", "24"}, 23: {"24", "22"}},
			"/orders?sort=created_at&view=expiring":  {},
			"/orders?customer_id=1&status=CONFIRMED": {23: {"", ""}},
		} {
			page := ana.get(home + list)
			require.Equal(w.t, http.StatusOK, page.status, list)
			for id, want := range of {
				order := ana.get(page.inListOf(w.t, id))
				require.Equal(w.t, http.StatusOK, order.status)
				require.Equal(w.t, home+list, html.UnescapeString(backLink.FindStringSubmatch(order.html)[1]))
				beside := order.beside()
				for i, key := range []string{"h", "l"} {
					if want[i] == "" {
						require.NotContains(w.t, beside, key, "%s: %d is the last there", list, id)
						continue
					}
					require.Regexp(w.t, "^"+home+"/orders/"+want[i]+`\?list=`, beside[key], "%s: beside %d", list, id)
				}
			}
		}
		w.staysInList(ana)
	})
}

// staysInList does things to orders of a list whose page is not its first.
func (w *world) staysInList(ana *browser) {
	t := w.t
	list := ana.get(home + "/orders?status=CREATED")
	older := html.UnescapeString(regexp.MustCompile(`href="(/backoffice/orders\?[^"]*cursor=[^"]*)" rel="next"`).FindStringSubmatch(list.html)[1])
	order := ana.get(ana.get(older).inListOf(t, 3))
	for _, act := range []struct{ page, sent string }{{"confirm", ""}, {"undo", ""}, {"cancel", "OTHER"}} {
		action := regexp.MustCompile(`(?:action|href)="(` + orderURL(3) + `/` + act.page + `[^"]*)"`).FindStringSubmatch(order.html)
		require.NotNil(t, action, act.page)
		address, asked := html.UnescapeString(action[1]), order
		if act.sent != "" {
			asked = ana.get(address)
			require.Contains(t, asked.html, `action="`+action[1]+`"`)
		}
		sent := fields("key", lastKey(asked, action[1]), "reason", act.sent)
		order = ana.follow(ana.post(address, sent))
		require.Contains(t, order.html, `class="back" href="`+html.EscapeString(older)+`"`, act.page)
		require.Regexp(t, "^"+home+`/orders/4\?list=`, order.beside()["h"], act.page)
		require.Regexp(t, "^"+home+`/orders/2\?list=`, order.beside()["l"], act.page)
	}
	require.Equal(t, Canceled, w.get(3).Status)

	held := w.browse(0).post(orderURL(2)+"/confirm?list=search%3Dacme", fields("key", "k"))
	require.Contains(t, held.html, `name="next" value="/backoffice/orders/2/confirm?list=search%3Dacme"`)
	resumed := w.browse(0).post(home+"/login", fields("email", "ana@example.test", "password", password, "next", orderURL(2)+"/confirm?list=search%3Dacme", "held", "key=k"))
	require.Equal(t, orderURL(2)+"?list=search%3Dacme", resumed.header.Get("Location"), "also over a log-in")

	plain := ana.get(orderURL(3))
	require.Empty(t, plain.beside())
	require.Contains(t, plain.html, `class="back" href="/backoffice/orders"`)
	for _, list := range []string{"status%3DLOST", "x%3D1", "%25", "sort%3Dunits"} {
		require.Equal(t, http.StatusBadRequest, ana.get(orderURL(3)+"?list="+list).status, list)
	}
}

// lastKey is the key of the form that is sent to an address.
func lastKey(s screen, action string) string {
	form := regexp.MustCompile(`action="` + regexp.QuoteMeta(action) + `"[^>]*>\s*<input type="hidden" name="key" value="([^"]+)"`)
	if found := form.FindStringSubmatch(s.html); found != nil {
		return found[1]
	}
	return ""
}

// What an order's place in its list costs is the same for every list, and every order of it.
func TestStatementsOfAnOrderInItsList(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 1000)
		w.placeMany(30, 1)
		ana := w.browse(2)
		cost := func(address string) int {
			w.prepared(func() { require.Equal(w.t, http.StatusOK, ana.get(address).status) })
			return w.statements()
		}
		alone := cost(orderURL(15))
		for list, more := range map[string]int{
			"": 2, "status%3DCREATED": 2, "sort%3Dtotal_cents": 2, "search%3Dacme": 3, "customer_id%3D1": 2,
		} {
			require.Equal(w.t, alone+more, cost(orderURL(15)+"?list="+list), list)
			require.Equal(w.t, alone+more, cost(orderURL(30)+"?list="+list), list)
		}
	})
}
