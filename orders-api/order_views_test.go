package orders

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"b2b.example/db"
)

// save saves a list as a view from its page, and gives the view's address.
func (b *browser) save(query, name string, more ...string) string {
	b.w.t.Helper()
	at := newViewURL + "?" + url.Values{byQuery: {query}}.Encode()
	s := b.post(at, fields(append([]string{"key", b.get(at).key(b.w.t), "name", name}, more...)...))
	require.Equal(b.w.t, http.StatusSeeOther, s.status, s.text())
	return s.header.Get("Location")
}

var viewTabs = regexp.MustCompile(`(?s)<nav class="tabs".*?</nav>`)

// tabs are what the tabs above the list of orders say.
func (s screen) tabs() string {
	return strings.TrimSpace(screen{html: viewTabs.FindString(s.html)}.text())
}

func TestViewsAreSaved(t *testing.T) {
	each(t, func(w *world) {
		w.shelves()
		ana, boss := w.browse(2), w.browse(3)
		list := ordersURL + "?customer_id=2&sort=created_at"
		link := regexp.MustCompile(`href="([^"]*views/new[^"]*)" data-dialog="question"`).FindStringSubmatch(ana.get(list + "&cursor=").html)
		require.Nil(t, link, "a cursor that is none")
		link = regexp.MustCompile(`href="([^"]*views/new[^"]*)" data-dialog="question"`).FindStringSubmatch(ana.get(list + "&search=").html)
		require.NotNil(t, link)
		at := html.UnescapeString(link[1])
		form := fields("key", ana.get(at).key(t), "name", "  García  <b>  ", "do", "save")
		for range 2 { // a double click
			saved := ana.post(at, form)
			require.Equal(t, viewURL(1), saved.header.Get("Location"), saved.text())
		}
		form.Set("name", "Another")
		require.Equal(t, viewURL(1), ana.post(at, form).header.Get("Location"), "already done")
		require.Equal(t, int64(1), w.count("order_views", "name = ?", "García <b>"))
		require.Equal(t, list, ana.get(viewURL(1)).header.Get("Location"))
		open := ana.follow(ana.get(viewURL(1)))
		require.Regexp(t, `Canceled García <b> private 2 Rename, share… Delete view…$`, open.tabs())
		require.Contains(t, open.html, `aria-current="page"><svg class="icon"`)
		require.Equal(t, 1, strings.Count(viewTabs.FindString(open.html), "aria-current"))
		require.NotContains(t, boss.get(ordersURL).tabs(), "García", "it is private")
		require.Equal(t, http.StatusNotFound, boss.get(viewURL(1)).status)

		boss.save("search=acme", "Acme", "shared", "true")
		boss.save("status=CONFIRMED&from=2000-01-01T00%3A00%3A00Z", "Done", "shared", "true")
		require.Regexp(t, `Canceled Acme Shared Done Shared 2 García <b> private 2$`, ana.get(ordersURL).tabs())
		require.Regexp(t, `Canceled Acme Shared Done Shared 2$`, w.browse(1).get(ordersURL).tabs(), "nobody can save a tab that is there")
		require.Contains(t, w.browse(1).get(ordersURL+"?search=acme").tabs(), "Acme Shared Done", "not to be changed by a viewer")
		require.NotContains(t, w.browse(1).get(ordersURL+"?search=acme").tabs(), "Delete")
		require.Contains(t, w.browse(1).get(ordersURL+"?search=nut").tabs(), "Save view")
		require.NotContains(t, w.browse(1).get(ordersURL+"?select=all").tabs(), "Save view", "what is chosen is no part of a view")
		require.Regexp(t, `Ana manager created it View 3 Name Done Shared No → Yes`, ana.get(home+"/activity").text())
	})
}

func TestViewsAreChangedByWhoMay(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		viewer, ana, boss := w.browse(1), w.browse(2), w.browse(3)
		secret, public := ana.save("search=a", "Mine"), ana.save("search=b", "Ours", "shared", "true")
		for path, want := range map[string][3]int{
			secret: {404, 303, 404}, secret + "/edit": {404, 200, 404}, secret + "/delete": {404, 200, 404},
			public: {303, 303, 303}, public + "/edit": {403, 200, 200}, public + "/delete": {403, 200, 200},
			viewURL(99): {404, 404, 404}, viewURL(99, "edit"): {404, 404, 404}, home + "/views/x": {404, 404, 404},
		} {
			for i, who := range []*browser{viewer, ana, boss} {
				require.Equal(t, want[i], who.get(path).status, "%s as %d", path, i+1)
			}
		}
		edit := func(name, version, key string) url.Values {
			return fields("key", key, "name", name, "shared", "true", "version", version)
		}
		require.Equal(t, http.StatusForbidden, viewer.post(public+"/edit", edit("X", "1", "a")).status)
		require.Equal(t, http.StatusNotFound, boss.post(secret+"/edit", edit("X", "1", "b")).status)
		require.Equal(t, http.StatusNotFound, boss.post(secret+"/delete", fields("key", "c")).status)
		for range 2 {
			require.Equal(t, public, boss.post(public+"/edit", edit("Theirs", "1", "d")).header.Get("Location"))
		}
		stale := ana.post(public+"/edit", edit("Ours again", "1", "e"))
		require.Equal(t, http.StatusPreconditionFailed, stale.status)
		require.Contains(t, stale.html, `name="version" value="2"`)
		require.Contains(t, stale.html, `value="Ours again"`, "what was typed is kept")
		require.Equal(t, secret, ana.post(secret+"/edit", edit("Shown", "1", "f")).header.Get("Location"))
		require.Contains(t, boss.get(ordersURL).tabs(), "Shown Shared Theirs Shared")
		require.Regexp(t, `Ana operator changed it View 1 Name Shown Shared No → Yes`, boss.get(home+"/activity?entity=view").text())

		require.NotContains(t, ana.get(home+"/activity?format=csv").html, "Mine", "what was private is nobody's business")
		for range 2 {
			require.Equal(t, ordersURL, boss.post(public+"/delete", fields("key", "g")).header.Get("Location"))
		}
		require.Equal(t, http.StatusNotFound, ana.get(public).status)
		require.Equal(t, http.StatusNotFound, ana.post(public+"/edit", edit("X", "2", "h")).status)
		require.Contains(t, boss.get(home+"/activity?entity=view&action=deleted").text(), "Ana manager deleted it View 2")
		require.Equal(t, []string{"created", "updated", "created", "updated", "deleted"}, w.viewEvents())
	})
}

// viewEvents are the actions of all events of views, view by view.
func (w *world) viewEvents() (actions []string) {
	w.t.Helper()
	var rows []db.EventRow
	require.NoError(w.t, w.db.Read(w.t.Context()).Where("entity_type = ?", "view").Order("entity_id, entity_version").Find(&rows).Error)
	for _, row := range rows {
		actions = append(actions, row.Action)
	}
	return actions
}

func TestViewsThatAreRefused(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 100)
		viewer, ana := w.browse(1), w.browse(2)
		at := newViewURL + "?query=search%3Dacme"
		for name, one := range map[string]struct {
			who    *browser
			path   string
			sent   url.Values
			status int
			says   string
		}{
			"no name":          {ana, at, fields("key", "k", "name", " "), 422, "This is required."},
			"a long name":      {ana, at, fields("key", "k", "name", strings.Repeat("ñ", 41)), 422, "40 characters"},
			"no key":           {ana, at, fields("name", "x"), 400, ""},
			"a viewer's share": {viewer, at, fields("key", "k", "name", "x", "shared", "true"), 403, ""},
			"no list":          {ana, newViewURL, fields("key", "k", "name", "x"), 400, ""},
			"a tab":            {ana, newViewURL + "?query=status%3DCREATED", fields("key", "k", "name", "x"), 400, ""},
			"another list":     {ana, newViewURL + "?query=status%3DLOST%26search%3Da", fields("key", "k", "name", "x"), 400, ""},
			"a long list":      {ana, newViewURL + "?query=search%3D" + strings.Repeat("x", 2000), fields("key", "k", "name", "x"), 422, ""},
			"half a list":      {ana, newViewURL + "?query=%25zz", fields("key", "k", "name", "x"), 400, ""},
		} {
			s := one.who.post(one.path, one.sent)
			require.Equal(t, one.status, s.status, name)
			require.Contains(t, s.text(), one.says, name)
		}
		strange := w.browse(2)
		strange.header = headers("Sec-Fetch-Site", "cross-site", "Origin", "https://evil.test")
		require.Equal(t, http.StatusForbidden, strange.post(at, fields("key", "k", "name", "x")).status)
		require.Zero(t, w.count("order_views", "1 = 1"))
		for i := range mostViews {
			viewer.save("search=a", fmt.Sprint("View ", i))
			ana.save(fmt.Sprintf("search=%d", i), fmt.Sprint("Shared ", i), "shared", "true")
		}
		for _, who := range []*browser{viewer, ana} {
			require.Contains(t, who.post(at, fields("key", "k", "name", "x")).text(), "There are 10 views already")
		}
		boss := w.browse(3).post(at, fields("key", "k", "name", "x", "shared", "true"))
		require.Equal(t, http.StatusUnprocessableEntity, boss.status, "all share no more than that")
		require.Equal(t, http.StatusSeeOther, w.browse(3).post(at, fields("key", "k", "name", "x")).status)
	})
}
