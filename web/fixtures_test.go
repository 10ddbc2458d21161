package web_test

import (
	"strconv"
	"time"

	"b2b.example/kit/i18n"
	"b2b.example/web"
)

// The world of the fixtures: a wholesaler in Quito, on a Friday morning.
var (
	quito = time.FixedZone("America/Guayaquil", -5*3600)
	now   = time.Date(2025, time.November, 21, 15, 43, 0, 0, time.UTC)
)

func frame(lang, section, path string) web.Frame {
	return web.Frame{
		Reader:   web.Reader{Language: lang, Zone: quito, Now: now, Currency: "USD"},
		Company:  "Almacenes Andinos",
		Operator: web.Operator{Name: "Marta Tapia", Email: "marta.tapia@andinos.ec", Role: "operator"},
		Section:  section,
		Path:     path,
		Waiting:  web.Count{N: 23},
	}
}

func login(lang string) web.Login {
	l := web.Login{Frame: frame(lang, "", "/backoffice/login?next=%2Fbackoffice%2Forders%2F1042")}
	l.Operator = web.Operator{}
	l.Email, l.Next = "marta.tapia@andinos.ec", "/backoffice/orders/1042"
	l.Subject = l.T("page.order.title", "id", 1042)
	l.Note = &web.Note{Kind: "bad", Title: l.T("page.note.credentials"), Text: l.T("page.note.credentials.do")}
	return l
}

// waiting is an order that was placed some time ago, and that expires some time from now.
func waiting(id int64, customer string, cents int64, since, left time.Duration) web.OrderRow {
	expires := now.Add(left)
	return web.OrderRow{ID: id, Status: "CREATED", Customer: customer, Placed: now.Add(-since), Expires: &expires, Units: 12, TotalCents: cents}
}

func dashboard(lang string) web.Dashboard {
	const hour, minute = time.Hour, time.Minute
	return web.Dashboard{
		Frame: frame(lang, "dashboard", "/backoffice"),
		ToConfirm: web.Queue{Count: web.Count{N: 23}, URL: "/backoffice/orders?status=CREATED", Rows: []web.OrderRow{
			waiting(1047, "Brightwell Hardware Ltd", 1249900, 5*minute, 72*hour-5*minute),
			waiting(1033, "Clínica Santa Lucía", 890350, 43*hour, 29*hour),
			waiting(1044, "Panadería La Espiga", 231540, 45*minute, 71*hour+15*minute),
		}},
		Expiring: web.Queue{Count: web.Count{N: 6}, URL: "/backoffice/orders?view=expiring", Rows: []web.OrderRow{
			waiting(1009, "Bodegas Ríos", 212400, 70*hour, hour+12*minute),
			waiting(1011, "Stone & Reed Foods", 148000, 69*hour, 2*hour+5*minute),
			waiting(1014, "Lavandería Azul", 36990, 68*hour, 3*hour+40*minute),
		}},
		ExpiringWithin: 6 * hour,
		LowStock: []web.LowProduct{
			{SKU: "CAF-GRA-1K", Name: "Café en grano, 1 kg", Stock: 0, LowStockAt: 40},
			{SKU: "BOL-BAS-110", Name: "Bin bags 110 L", Stock: 0, LowStockAt: 25},
			{SKU: "PAP-A4-80", Name: "Papel A4 80 g", Stock: 3, LowStockAt: 60},
		},
		LowStockCount: web.Count{N: 11},
		ShowsNewOrder: true,
	}
}

// newOrder is a form with two lines that are well and a short one, while a product is looked for.
func newOrder(lang string) web.NewOrder {
	return web.NewOrder{
		Frame:    frame(lang, "orders", "/backoffice/orders/new"),
		Key:      "0f8c2f6e-6f0e-4b7e-9a58-2f1a3a1f7a10",
		Customer: &web.Customer{ID: 7, Name: "Comercial Núñez Cía. Ltda.", Email: "compras@comercialnunez.ec", TaxID: "1790012345001"},
		Lines: []web.NewLine{
			{ProductID: 1, SKU: "ACE-OLI-5L", Name: "Aceite de oliva virgen, lata 5 L", Qty: "12", Asked: 12, Stock: 86, PriceCents: 18450, SubtotalCents: 221400},
			{ProductID: 2, SKU: "PAP-A4-80", Name: "Papel A4 80 g, caja 5 resmas", Qty: "5", Asked: 5, Stock: 3, PriceCents: 2490, SubtotalCents: 12450, Short: true},
			{ProductID: 3, SKU: "GUA-NIT-L", Name: "Nitrile gloves L, case of 10 × 100", Qty: "4", Asked: 4, Stock: 140, PriceCents: 9650, SubtotalCents: 38600},
		},
		ProductSearch: "deter",
		Products: []web.Product{
			{ID: 11, SKU: "DET-LIQ-20", Name: "Liquid detergent, 20 L drum", Stock: 212, PriceCents: 17860},
			{ID: 12, SKU: "DET-POL-10", Name: "Detergente en polvo, saco 10 kg", Stock: 9, PriceCents: 4125, Low: true},
			{ID: 13, SKU: "DET-VAJ-05", Name: "Lavavajillas detergente neutro, 5 L", Stock: 0, PriceCents: 1380, Low: true},
		},
		Note:       "Rear dock, before 15:00.",
		Units:      21,
		TotalCents: 272450,
		Focus:      "product_search",
	}
}

// refusedOrder is the form of a new order that was refused: no customer is chosen, and a quantity is no number.
func refusedOrder(lang string) web.NewOrder {
	n := newOrder(lang)
	n.Customer, n.CustomerSearch, n.ProductSearch, n.Products, n.Focus = nil, "nunez", "", nil, ""
	n.Customers = []web.Customer{
		{ID: 7, Name: "Comercial Núñez Cía. Ltda.", Email: "compras@comercialnunez.ec", TaxID: "1790012345001"},
		{ID: 8, Name: "Nunezia Ltd", Email: "orders@nunezia.example"},
	}
	n.Lines[0].Qty, n.Lines[0].Asked, n.Lines[0].SubtotalCents = "twelve", 0, 0
	n.Errors = []web.FieldError{
		{Field: "customer_search", Text: n.T("page.new_order.choose_customer")},
		{Field: "qty-1", Text: n.T("page.new_order.qty", "count", 1000000)},
		{Field: "reference", Text: n.T("field.TOO_LONG", "max", 64)},
	}
	return n
}

// emptyOrder is the form of a new order as it is opened.
func emptyOrder(lang string) web.NewOrder {
	return web.NewOrder{Frame: frame(lang, "orders", "/backoffice/orders/new"), Key: "k", Focus: "customer_search"}
}

func failure(lang string, status int, code string) web.Failure {
	f := web.Failure{Frame: frame(lang, "", "/backoffice/orders/9999"), Status: status, RequestID: "req-7f3a91c2"}
	f.Title, f.Detail = i18n.Text(lang, "problem.title."+strconv.Itoa(status), nil), i18n.Text(lang, "problem."+code, nil)
	return f
}
