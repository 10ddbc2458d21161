package web

import "cmp"

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
