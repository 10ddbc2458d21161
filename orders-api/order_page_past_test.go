package orders

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var pastLink = regexp.MustCompile(`href="(/backoffice/orders/\d+\?as_of=[^"]+)"`)

// Each event of an order's timeline leads to the order as it was then, where nothing can be done.
func TestPageShowsAnOrderAsItWas(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		o := w.place(item(1, 5))
		w.clock.Pass(time.Minute)
		w.confirm(o.ID)
		ana := w.browse(2)
		now := ana.get(orderURL(o.ID))
		require.Contains(t, now.text(), "Confirmed")
		links := pastLink.FindAllStringSubmatch(now.html, -1)
		require.Len(t, links, 1, "what is so now is no past")
		then := ana.get(links[0][1])
		require.Equal(t, http.StatusOK, then.status)
		require.Contains(t, then.text(), "This is the order as it was at")
		require.Contains(t, then.text(), "Created")
		require.NotContains(t, then.text(), "Confirmed")
		require.NotContains(t, then.html, `method="post" action="/backoffice/orders/`)
		require.NotContains(t, then.html, "/cancel")
		require.NotContains(t, then.html, `id="live"`)
		for query, status := range map[string]int{"2020-01-01T00:00:00Z": 404, "yesterday": 400, "9999-99-99T00:00:00Z": 400} {
			require.Equal(t, status, ana.get(orderURL(o.ID)+"?as_of="+query).status, query)
		}
		require.Equal(t, http.StatusNotFound, ana.get(orderURL(999)+"?as_of=2030-01-01T00:00:00Z").status)
	})
}

// The lines of an order are a file, for who reads in the language of the page.
func TestOrderAsAFile(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		o := w.place(item(1, 5))
		ana := w.browse(1)
		file := ana.get(orderURL(o.ID) + "?format=csv")
		require.Equal(t, http.StatusOK, file.status)
		require.Contains(t, file.header.Get("Content-Disposition"), fmt.Sprintf("order-%d-", o.ID))
		lines := strings.Split(strings.TrimSpace(file.html), "\r\n")
		require.Equal(t, []string{
			"\ufefforder_id,line,product_id,sku,name,qty,unit_price,subtotal", fmt.Sprintf("%d,1,1,BOLT-8,Product BOLT-8,5,2.50,12.50", o.ID),
		}, lines)
		require.Equal(t, http.StatusNotFound, ana.get(orderURL(999)+"?format=csv").status)
		require.Contains(t, ana.get(orderURL(o.ID)).html, "?format=csv")
	})
}
