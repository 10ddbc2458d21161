package webtest

import "b2b.example/web"

// newOrder is half done: a customer is chosen, a line is short, and another product is being looked for.
func newOrder(f web.Frame) web.NewOrder {
	customer := created(f).Customer
	f.Path = "/backoffice/orders/new"
	return web.NewOrder{
		Frame: f, Key: "77aa", Customer: &customer, ProductSearch: "deter", Units: 21, TotalCents: 272450, Focus: "product_search",
		Note: in(f.Reader, "Rear dock, before 15:00.", "Muelle trasero, antes de las 15:00."),
		Lines: []web.NewLine{
			{ProductID: 1, SKU: "ACE-OLI-5L", Name: "Aceite de oliva virgen, lata 5 L", Qty: "12", Asked: 12, Stock: 86, PriceCents: 18450, SubtotalCents: 221400},
			{ProductID: 5, SKU: "PAP-A4-80", Name: "Papel A4 80 g, caja 5 resmas", Qty: "5", Asked: 5, Stock: 3, PriceCents: 2490, SubtotalCents: 12450, Short: true},
			{ProductID: 4, SKU: "GUA-NIT-L", Name: "Nitrile gloves L, case of 10 × 100", Qty: "4", Asked: 4, Stock: 140, PriceCents: 9650, SubtotalCents: 38600},
		},
		Products: []web.Product{
			{ID: 3, SKU: "DET-LIQ-20", Name: "Liquid detergent, 20 L drum", Stock: 212, PriceCents: 17860},
			{ID: 6, SKU: "DET-POL-10", Name: "Detergente en polvo, saco 10 kg", Stock: 9, PriceCents: 4125, Low: true},
			{ID: 7, SKU: "DET-VAJ-05", Name: "Lavavajillas detergente neutro, 5 L", PriceCents: 1380, Low: true},
		},
	}
}

// emptyOrder has just been opened, and a customer is being looked for.
func emptyOrder(f web.Frame) web.NewOrder {
	f.Path = "/backoffice/orders/new"
	return web.NewOrder{
		Frame: f, Key: "77aa", CustomerSearch: "nu", Focus: "customer_search",
		Customers: []web.Customer{
			{ID: 7, Name: "Comercial Núñez Cía. Ltda.", Email: "compras@comercialnunez.ec"}, {ID: 8, Name: "Nuevo Mundo Importaciones", Email: "nuevo@mundo.ec"},
		},
	}
}

// wrongOrder was sent too early, while customers could not be asked.
func wrongOrder(f web.Frame) web.NewOrder {
	view := newOrder(f)
	r := f.Reader
	view.Customer, view.Customers, view.CustomerSearch, view.Products, view.ProductSearch = nil, nil, "nu", nil, "xyz"
	view.CustomersNote = &web.Note{
		Kind: "warn", Title: in(r, "Customers are unavailable just now. Your draft is kept.", "Los clientes no están disponibles. Su borrador se conserva."),
		Text: in(r, "Try again in a moment.", "Pruebe en un momento."),
	}
	view.ProductsNote = &web.Note{Kind: "info", Title: in(r, "No product begins with this.", "Ningún producto empieza así.")}
	view.Lines[0].Qty, view.Lines[0].Asked, view.Lines[0].Error = "twelve", 0, in(r, "Type a whole number.", "Escriba un número entero.")
	view.Errors = []web.FieldError{
		{Field: "customer_search", Text: in(r, "Choose a customer.", "Elija un cliente.")},
		{Field: "qty-1", Text: in(r, "Type a whole number.", "Escriba un número entero.")},
		{Field: "qty-5", Text: in(r, "5 asked, 3 left.", "Pidió 5, quedan 3.")},
	}
	view.Notice = &web.Note{Kind: "warn", Title: in(r, "Nothing was ordered.", "No se pidió nada."), Text: in(r, "Each short line says how many are left.", "Cada línea corta dice cuánto queda.")}
	return view
}
