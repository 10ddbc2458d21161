package web

import (
	"cmp"
	"slices"
)

// pageScripts are what makes every page smoother.
var pageScripts = []string{"htmx.min.js", "app.js", "network.js"}

// navigation lists where a reader can go.
func navigation(f Frame) []NavItem {
	if f.Nav != nil {
		return f.Nav
	}
	return []NavItem{
		{Section: "dashboard", Label: f.T("page.nav.dashboard"), Icon: "layout-dashboard", URL: "/backoffice"},
		{Section: "orders", Label: f.T("page.nav.orders"), Icon: "receipt-text", URL: "/backoffice/orders", Count: f.Waiting},
	}
}

// mostTabs are those that a phone has room for, beside the one with all the rest.
const mostTabs = 4

// often divides the navigation into what a phone shows at once, and the rest, to which the settings belong there.
func (f Frame) often(items []NavItem) (often, rest []NavItem) {
	at := slices.IndexFunc(items, func(item NavItem) bool { return item.Apart })
	if at < 0 || at > mostTabs {
		at = min(len(items), mostTabs)
	}
	settings := NavItem{Section: "settings", Label: f.T("page.settings.title"), URL: "/backoffice/settings", Icon: "user-cog", Narrow: true}
	return items[:at], append(slices.Clone(items[at:]), settings)
}

// isAmong says whether one of the entries leads to where the reader is.
func (f Frame) isAmong(items []NavItem) bool {
	return slices.ContainsFunc(items, func(item NavItem) bool { return item.Section == f.Section })
}

// icon is an entry's own icon, or that of any table.
func (n NavItem) icon() string { return cmp.Or(n.Icon, "table-2") }

// otherLanguage is what the switch of languages leads to: there are two.
func (r Reader) otherLanguage() string {
	if r.Language == "es" {
		return "en"
	}
	return "es"
}

// theme is the chosen theme.
func (r Reader) theme() string {
	if r.Theme == "" {
		return "system"
	}
	return r.Theme
}

// nextTheme is what the switch of themes leads to: it goes round.
func (r Reader) nextTheme() string {
	return map[string]string{"system": "light", "light": "dark", "dark": "system"}[r.theme()]
}
