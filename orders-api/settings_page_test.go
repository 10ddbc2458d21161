package orders

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// chosen are the preferences that an answer gives the browser.
func (s screen) chosen() map[string]string {
	chosen := map[string]string{}
	for _, line := range s.header.Values("Set-Cookie") {
		cookie, err := http.ParseSetCookie(line)
		if err == nil && cookie.Name != "b2b_session" {
			chosen[cookie.Name] = cookie.Value
		}
	}
	return chosen
}

// What is chosen is kept for the operator, wherever they log in, and for nobody else.
func TestSettingsFollowTheOperator(t *testing.T) {
	each(t, func(w *world) {
		ana := w.browse(2)
		require.Contains(t, ana.get(home+"/settings").text(), "Left empty: UTC")
		for range 2 { // sent again, it is the same
			saved := ana.post(home+"/settings", fields("language", "es", "theme", "dark", "time_zone", "America/Guayaquil"))
			require.Equal(t, home+"/settings?done=saved", saved.header.Get("Location"))
			want := map[string]string{"language": "es", "theme": "dark", "time_zone": "America/Guayaquil", "keys": "off"}
			require.Equal(t, want, saved.chosen())
			require.Equal(t, want, w.browse(0).post(home+"/login", fields("email", "ana@example.test", "password", password)).chosen())
		}
		require.Equal(t, http.StatusSeeOther, ana.post(home+"/preferences", fields("theme", "light", "next", home)).status)
		again := w.browse(0).post(home+"/login", fields("email", "ana@example.test", "password", password))
		require.Equal(t, "light", again.chosen()["theme"])
		require.Equal(t, "off", again.chosen()["keys"])

		w.browse(1).post(home+"/settings", fields("language", "en", "theme", "system", "time_zone", "", "keys", "on"))
		require.Equal(t, "light", w.browse(0).post(home+"/login", fields("email", "ana@example.test", "password", password)).chosen()["theme"])
	})
}

func TestSettingsThatCannotBe(t *testing.T) {
	each(t, func(w *world) {
		ana := w.browse(2)
		for _, zone := range []string{"Atlantis", "Local", "../../etc/passwd", "America/../UTC", "UTC\x00", "<script>", strings.Repeat("A", 500)} {
			refused := ana.post(home+"/settings", fields("language", "es", "theme", "dark", "time_zone", zone, "keys", "on"))
			require.Contains(t, []int{http.StatusUnprocessableEntity, http.StatusBadRequest}, refused.status, zone)
			require.Empty(t, refused.chosen(), zone)
		}
		kept := ana.post(home+"/settings", fields("language", "xx", "theme", "pink", "time_zone", "UTC", "keys", "on", "role", "manager"))
		require.Equal(t, map[string]string{"time_zone": "UTC", "keys": "on"}, kept.chosen())
		require.Equal(t, http.StatusSeeOther, w.browse(0).get(home+"/settings").status, "nobody's settings are nobody's")
	})
}

// Times, and the days of a filter, are the reader's.
func TestTimesAreTheReaders(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		o := w.place(item(1, 1))
		ana := w.browse(2)
		ana.header = map[string]string{"Cookie": ana.cookie().String() + "; time_zone=Asia/Tokyo"}
		page := ana.get(home + "/orders")
		require.Contains(t, page.text(), "UTC+9")
		require.Contains(t, ana.get(orderURL(o.ID)).html, "+09:00")
		filtered := ana.get(home + "/orders?first_day=2026-03-02&last_day=2026-03-02")
		require.Contains(t, filtered.header.Get("Location"), "from=2026-03-01T15%3A00%3A00Z&to=2026-03-02T15%3A00%3A00Z")
		require.Contains(t, ana.get(home).text(), "Days are those of the firm: UTC")
		require.NotContains(t, w.browse(2).get(home).text(), "Days are those of the firm")
		ana.header = map[string]string{"Cookie": ana.cookie().String() + "; time_zone=Atlantis"}
		require.NotContains(t, ana.get(home+"/orders").text(), "UTC+9", "what is none is left aside")
	})
}
