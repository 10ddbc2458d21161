package orders

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// formOf reads the fields that a page's form would send, as it stands.
func formOf(s screen) url.Values {
	sent := url.Values{}
	for _, field := range regexp.MustCompile(`<input[^>]*>`).FindAllString(s.html, -1) {
		name := regexp.MustCompile(` name="([^"]*)"`).FindStringSubmatch(field)
		value := regexp.MustCompile(` value="([^"]*)"`).FindStringSubmatch(field)
		if name == nil || name[1] == "next" || regexp.MustCompile(`type="(radio|checkbox)"`).MatchString(field) {
			continue
		}
		if value == nil {
			value = []string{"", ""}
		}
		sent.Add(name[1], screen{html: value[1]}.text())
	}
	return sent
}

func with(sent url.Values, pairs ...string) url.Values {
	changed := maps.Clone(sent)
	for i := 0; i+1 < len(pairs); i += 2 {
		changed.Set(pairs[i], pairs[i+1])
	}
	return changed
}

// A product goes through its screens: made, shown, edited by two at once, adjusted, found again as a file.
func TestProductScreens(t *testing.T) {
	each(t, func(w *world) {
		boss := w.browse(3)
		boss.header = headers("Accept-Language", "es")
		empty := formOf(boss.get(home + "/products/new"))
		wrong := boss.post(home+"/products/new", with(empty, "sku", "A", "name", "<b>Tornillo</b>", "price_cents", "12.50", "do", "save"))
		require.Equal(t, http.StatusUnprocessableEntity, wrong.status, "12.50 is no amount in Spanish, and 1250 was not meant")
		require.Contains(t, wrong.html, `value="12.50"`)
		require.Contains(t, wrong.html, `&lt;b&gt;Tornillo&lt;/b&gt;`)
		require.Empty(t, empty.Get("price_cents"), "an amount that must be given is not there already")
		for price, said := range map[string]string{"": "Es obligatorio", "0": "como mínimo 0,01", "9.999.999.999": "como máximo 1.000.000.000,00"} {
			page := boss.post(home+"/products/new", with(empty, "sku", "TOR-8", "name", "Tornillo", "price_cents", price, "do", "save"))
			require.Equal(t, http.StatusUnprocessableEntity, page.status)
			require.Contains(t, page.text(), said)
		}
		good := with(empty, "sku", "TOR-8", "name", "Tornillo", "price_cents", "1.234,50", "stock", "40", "do", "save")
		for range 2 {
			made := boss.post(home+"/products/new", good)
			require.Equal(t, home+"/products/1", made.header.Get("Location"), made.text())
		}
		require.Equal(t, int64(1), w.count("products", "1 = 1"))
		require.Equal(t, int64(40), w.product(1).Stock)
		require.Contains(t, boss.get(home+"/products/1").text(), "1.234,50")

		opened := formOf(boss.get(home + "/products/1/edit"))
		require.Equal(t, "1234,50", opened.Get("price_cents"))
		w.editProduct(1, `{"name":"Tornillo 8 mm"}`) // somebody else's
		disputed := boss.post(home+"/products/1/edit", with(opened, "name", "Tornillo M8", "price_cents", "2,00", "do", "save"))
		require.Equal(t, http.StatusPreconditionFailed, disputed.status)
		for _, side := range []string{"Tornillo 8 mm", "Tornillo M8", "2,00"} {
			require.Contains(t, disputed.text(), side)
		}
		answer := with(formOf(disputed), "take.name", "theirs", "take.price_cents", "yours", "do", "save")
		require.Equal(t, http.StatusSeeOther, boss.post(home+"/products/1/edit", answer).status)
		require.Equal(t, "Tornillo 8 mm", w.product(1).Name)
		require.Equal(t, int64(200), w.product(1).PriceCents)

		stale := formOf(boss.get(home + "/products/1/edit"))
		for _, price := range []string{"3,00", "4,00"} { // saved twice from one page: the second knows the first
			saved := boss.post(home+"/products/1/edit", with(stale, "price_cents", price, "key", "k"+price, "do", "save"))
			require.Equal(t, http.StatusSeeOther, saved.status, saved.text())
			stale.Set("before.price_cents", "2,00")
			if price == "3,00" {
				w.editProduct(1, `{"price_cents":200}`)
			}
		}
		require.Equal(t, int64(400), w.product(1).PriceCents)

		short := boss.post(home+"/products/1/adjust", with(formOf(boss.get(home+"/products/1/adjust")), "delta", "-41", "note", "contado"))
		require.Equal(t, http.StatusUnprocessableEntity, short.status)
		require.Equal(t, http.StatusSeeOther, boss.post(home+"/products/1/adjust", with(formOf(boss.get(home+"/products/1/adjust")), "delta", "-3", "note", "contado")).status)
		require.Equal(t, int64(37), w.product(1).Stock)
		file := boss.send(http.MethodGet, home+"/products?format=csv&archived=false", "")
		require.Contains(t, file.html, "TOR-8;Tornillo 8 mm;4,00;37")

		viewer := w.browse(1)
		require.NotContains(t, viewer.get(home+"/products/1").html, "/products/1/edit")
		require.Equal(t, http.StatusForbidden, viewer.get(home+"/products/1/edit").status)
		require.Equal(t, http.StatusForbidden, viewer.post(home+"/products/1/edit", stale).status)
		require.Equal(t, http.StatusForbidden, viewer.get(home+"/operators").status)
	})
}

// A page that says what went wrong names what it is about, and keeps the ways to all others.
func TestFailurePage(t *testing.T) {
	each(t, func(w *world) {
		page := w.browse(1).get(home + "/products?colour=red")
		require.Equal(t, http.StatusBadRequest, page.status)
		require.Contains(t, page.text(), "colour")
		for _, way := range []string{"", "/orders", "/products", "/customers"} {
			require.Contains(t, page.html, `href="`+home+way+`"`)
		}
		require.NotContains(t, page.html, `href="`+home+`/operators"`, "it is for managers")
	})
}
