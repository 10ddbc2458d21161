package web

// page is an entry of the navigation.
type page struct {
	section, label, icon, address string
	count                         Count
}

// navigation lists where a reader can go.
func navigation(f Frame) []page {
	return []page{
		{section: "dashboard", label: f.T("page.nav.dashboard"), icon: "layout-dashboard", address: "/backoffice"},
		{section: "orders", label: f.T("page.nav.orders"), icon: "receipt-text", address: "/backoffice/orders", count: f.Waiting},
	}
}

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
