package orders

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whose orders are wanted is found by name or e-mail from the list's own page, and what else narrows the list is kept.
func TestListFindsACustomer(t *testing.T) {
	each(t, func(w *world) {
		t := w.t
		w.stock("BOLT-8", 250, 100)
		w.place(item(1, 1))
		ana := w.browse(1)
		list := home + "/orders?search=po&sort=created_at&status=CREATED"
		require.Contains(t, ana.get(list).html, `name="customer_search" value=""`)
		found := ana.get(list + "&customer_search=+acm+")
		require.Contains(t, found.html, `<button name="customer_id" value="1"`)
		require.Contains(t, found.html, `<details class="menu customers" name="menu" open`)
		for _, kept := range []string{"search", "sort", "status"} {
			require.Regexp(t, `<form method="get" action="/backoffice/orders" autocomplete="off">.*<input type="hidden" name="`+kept+`"`, found.html)
		}
		require.NotRegexp(t, `href="[^"]*customer_search`, found.html, "no address of the page searches again")
		chosen := ana.get(list + "&customer_search=acm&customer_id=1")
		require.Equal(t, home+"/orders?customer_id=1&search=po&sort=created_at&status=CREATED", chosen.header.Get("Location"))
		shown := ana.follow(chosen)
		require.NotContains(t, shown.html, "customer_search", "one is chosen already")

		require.Contains(t, ana.get(list+"&customer_search=zzz").text(), "No customer begins with this.")
		for _, other := range []string{"sort=-total_cents", "min_total_cents=5", "cancel_reason=OTHER"} {
			page := ana.get(home + "/orders?" + other + "&customer_search=acm")
			require.Equal(t, http.StatusOK, page.status)
			require.NotContains(t, page.html, `name="customer_search"`, "no index serves that")
		}
		w.customers.away()
		away := ana.get(list + "&customer_search=acm")
		require.Equal(t, http.StatusOK, away.status, "the list is there")
		require.Contains(t, away.text(), "Customers are unavailable just now.")
		w.customers.back()
	})
}
