// Package webtest has a view for each page in each of its states, as a wholesaler would see it, to look at and to test.
package webtest

import (
	"slices"
	"time"

	"github.com/a-h/templ"

	"b2b.example/web"
)

// Page is one page in one state.
type Page struct {
	Name string
	HTML templ.Component
}

// Now is the time at which all pages are shown.
var Now = time.Date(2025, time.November, 21, 15, 43, 20, 0, time.UTC)

// Reader is one who reads in a language and a theme, on Quito's time.
func Reader(language, theme string) web.Reader {
	zone := time.FixedZone("America/Guayaquil", -5*60*60)
	return web.Reader{Language: language, Theme: theme, Zone: zone, Now: Now, Currency: "USD"}
}

// Pages are all pages, realistic ones. Each view passes through change before it is rendered.
func Pages(r web.Reader, change func(view any)) []Page {
	if change == nil {
		change = func(any) {}
	}
	f := Frame(r)
	pages := []Page{
		page("dashboard", dashboard(f), change),
		page("dashboard-nothing", idle(f), change),
		page("orders", orders(f), change),
		page("orders-filtered", filtered(f), change),
		page("orders-nothing", nothing(f), change),
		page("orders-none-here", noneHere(f), change),
		page("orders-never", never(f), change),
		page("order-created", created(f), change),
		page("order-confirmed", confirmed(f), change),
		page("order-canceled", canceled(f), change),
		page("order-refused", refused(f), change),
		page("cancel", cancel(f), change),
		page("cancel-errors", cancelErrors(f), change),
		page("new-order", newOrder(f), change),
		page("new-order-empty", emptyOrder(f), change),
		page("new-order-errors", wrongOrder(f), change),
		page("activity", activity(f), change),
		page("activity-filtered", activityFiltered(f), change),
		page("activity-never", activityNever(f), change),
		page("login", login(r), change),
		page("login-refused", loginRefused(r), change),
		page("failure", failure(f), change),
		page("offline", web.Offline{Frame: login(r).Frame}, change),
	}
	return slices.Concat(pages, entityPages(f, change), importPages(f, change), bulkPages(f, change))
}

func page[V interface{ Page() templ.Component }](name string, view V, change func(view any)) Page {
	change(&view)
	return Page{Name: name, HTML: view.Page()}
}

// Frame is what stands around the pages of one who is logged in.
func Frame(r web.Reader) web.Frame {
	return web.Frame{
		Reader: r, Company: "Almacenes Andinos", Section: "orders", Path: "/backoffice/orders?status=CREATED", Waiting: web.Count{N: 23},
		Operator: web.Operator{Name: "Marta Tapia", Email: "marta.tapia@andinos.ec", Role: "operator"},
	}
}

// in chooses a text by the reader's language.
func in(r web.Reader, english, spanish string) string {
	if r.Language == "es" {
		return spanish
	}
	return english
}

func dashboard(f web.Frame) web.Dashboard {
	f.Section, f.Path = "dashboard", "/backoffice"
	rows := orders(f).Rows
	expiring := []web.OrderRow{
		waiting(1009, "Bodegas Ríos", "", 72*time.Minute, 212400), waiting(1011, "Stone & Reed Foods", "PO-5512", 125*time.Minute, 148000),
		waiting(1014, "Lavandería Azul", "", 220*time.Minute, 36990),
	}
	return web.Dashboard{
		Frame:          f,
		ToConfirm:      web.Queue{Count: web.Count{N: 23}, TotalCents: 9841260, Rows: []web.OrderRow{rows[1], rows[15], rows[4]}, URL: "/backoffice/orders?status=CREATED"},
		Expiring:       web.Queue{Count: web.Count{N: 6}, Rows: expiring, URL: "/backoffice/orders?view=expiring"},
		ExpiringWithin: 6 * time.Hour,
		LowStock: []web.LowProduct{
			{SKU: "CAF-GRA-1K", Name: "Café en grano, 1 kg", Stock: 0, LowStockAt: 40}, {SKU: "BOL-BAS-110", Name: "Bin bags 110 L", Stock: 0, LowStockAt: 25},
			{SKU: "PAP-A4-80", Name: "Papel A4 80 g", Stock: 3, LowStockAt: 60},
		},
		LowStockCount: web.Count{N: 11}, ShowsNewOrder: true, Charts: charts(f),
	}
}

func charts(f web.Frame) web.Charts {
	c := web.Charts{
		OrdersOver: 1841, OrdersBefore: 1644, OrdersURL: "/backoffice/orders?from=2025-10-23", RevenueOver: 633000000, RevenueBefore: 686000000,
		Products: []web.ChartBar{
			{Label: "Arroz grano largo, saco 25 kg", URL: "/backoffice/products/1", N: 2184, Cents: 28370160},
			{Label: "Liquid detergent, 20 L drum", URL: "/backoffice/products/2", N: 1690, Cents: 30183400},
		},
		Canceled: []web.ChartBar{{Label: "CUSTOMER_REQUEST", N: 38}, {Label: "EXPIRED", N: 21}, {Label: "OUT_OF_STOCK", N: 13}},
	}
	for i := range 30 {
		orders := int64(60 + i*37%50)
		c.Days = append(c.Days, web.ChartDay{Begin: f.Now.AddDate(0, 0, i-29), Orders: orders, RevenueCents: orders * 350000, URL: "/backoffice/orders?from=x"})
		c.Orders += orders
		c.RevenueCents += orders * 350000
	}
	return c
}

// idle is a dashboard on which nothing waits, for somebody who only looks.
func idle(f web.Frame) web.Dashboard {
	f.Section, f.Path, f.Waiting, f.Operator.Role = "dashboard", "/backoffice", web.Count{}, "viewer"
	return web.Dashboard{Frame: f, ExpiryOff: true, ToConfirm: web.Queue{URL: "/backoffice/orders?status=CREATED"}}
}

func login(r web.Reader) web.Login {
	return web.Login{Frame: web.Frame{Reader: r, Company: "Almacenes Andinos", Path: "/backoffice/login"}, Next: "/backoffice"}
}

func loginRefused(r web.Reader) web.Login {
	view := login(r)
	view.Email, view.Next, view.Subject = "marta.tapia@andinos.ec", "/backoffice/orders/1042", in(r, "Order 1042", "Pedido 1042")
	view.Note = &web.Note{
		Kind: "bad", Title: in(r, "E-mail and password do not match.", "El correo o la contraseña no coinciden."),
		Text: in(r, "Check both and try again.", "Revise los dos y pruebe otra vez."),
	}
	return view
}

func failure(f web.Frame) web.Failure {
	f.Section = ""
	return web.Failure{
		Frame: f, Status: 404, Title: in(f.Reader, "There is no order 99999.", "No existe el pedido 99999."), RequestID: "7f3a91c2-51be-4c0d-9c01-e2b7c40d77e1",
		Detail: in(f.Reader, "Its number may be mistyped. Search for the customer instead.", "Puede que el número esté mal escrito. Busque mejor por el cliente."),
		Links:  []web.Link{{Label: in(f.Reader, "All orders", "Todos los pedidos"), URL: "/backoffice/orders"}, {Label: in(f.Reader, "Dashboard", "Inicio"), URL: "/backoffice"}},
	}
}
