package webtest

import (
	"time"

	"b2b.example/web"
)

// entityPages are the pages that every entity has.
func entityPages(f web.Frame, change func(view any)) []Page {
	return []Page{
		page("products", products(f), change),
		page("customers-filtered", customersFiltered(f), change),
		page("customers-nothing", customersNothing(f), change),
		page("customers-never", customersNever(f), change),
		page("customers-away", customersAway(f), change),
		page("product", product(f), change),
		page("customer", customer(f), change),
		page("customer-deleted", customerDeleted(f), change),
		page("product-new", productNew(f), change),
		page("product-errors", productErrors(f), change),
		page("supplier-edit", supplierEdit(f), change),
		page("supplier-search", supplierSearch(f), change),
		page("delete", deletion(f), change),
		page("chosen", chosen(f), change),
		page("chosen-done", chosenDone(f), change),
		page("adjust", adjustment(f), change),
		page("conflict", conflict(f), change),
		page("conflict-apart", conflictApart(f), change),
	}
}

// managers is the frame of one who may change everything, in a section.
func managers(f web.Frame, section, path string) web.Frame {
	r := f.Reader
	f.Section, f.Path, f.Operator.Role = section, path, "manager"
	f.Nav = []web.NavItem{
		{Section: "dashboard", Label: r.T("page.nav.dashboard"), URL: "/backoffice", Icon: "layout-dashboard"},
		{Section: "orders", Label: r.T("page.nav.orders"), URL: "/backoffice/orders", Icon: "receipt-text", Count: f.Waiting},
		{Section: "products", Label: in(r, "Products", "Productos"), URL: "/backoffice/products", Icon: "package"},
		{Section: "customers", Label: in(r, "Customers", "Clientes"), URL: "/backoffice/customers", Icon: "users"},
		{Section: "suppliers", Label: in(r, "Suppliers", "Proveedores"), URL: "/backoffice/suppliers"},
		{Section: "operators", Label: in(r, "Operators", "Operadores"), URL: "/backoffice/operators", Icon: "user-cog", Apart: true},
	}
	return f
}

func text(s string) web.Cell { return web.Cell{Text: s, Kind: "text"} }

func number(s string) web.Cell { return web.Cell{Text: s, Kind: "number"} }

func at(r web.Reader, minutes int) web.Cell {
	return web.Cell{Text: r.When(*ago(time.Duration(minutes) * time.Minute)), Kind: "time"}
}

func yes(r web.Reader, is bool) web.Cell {
	if is {
		return web.Cell{Text: r.T("page.yes"), Kind: "yes"}
	}
	return web.Cell{Text: r.T("page.no"), Kind: "no"}
}

func products(f web.Frame) web.Entities {
	const list = "/backoffice/products"
	f = managers(f, "products", list)
	r := f.Reader
	view := web.Entities{
		Frame: f, Title: in(r, "Products", "Productos"), URL: list, NewURL: list + "/new", NewLabel: in(r, "New product", "Nuevo producto"),
		CSVURL: list + "?format=csv", ImportURL: list + "/import", Searchable: true, SearchHint: in(r, "SKU, Name", "SKU, Nombre"), ClearURL: list, AllURL: list + "?search=x",
		Filters: []web.Filter{
			{Label: in(r, "Archived", "Archivado"), Options: []web.Link{{Label: r.T("page.yes"), URL: list + "?archived=true"}, {Label: r.T("page.no"), URL: list + "?archived=false"}}},
			{Label: in(r, "Low stock", "Pocas existencias"), Options: []web.Link{{Label: r.T("page.yes"), URL: list + "?low_stock=true"}, {Label: r.T("page.no"), URL: list + "?low_stock=false"}}},
		},
		Columns: []web.Column{
			{Label: "SKU", SortURL: list + "?sort=sku"},
			{Label: in(r, "Name", "Nombre"), SortURL: list + "?sort=name"},
			{Label: in(r, "Price, USD", "Precio, USD"), Number: true, SortURL: list + "?sort=-price_cents"},
			{Label: in(r, "Stock", "Existencias"), Number: true},
			{Label: in(r, "Low stock at", "Mínimo"), Number: true},
			{Label: in(r, "Archived", "Archivado")},
			{Label: in(r, "Created", "Creado"), SortURL: list + "?sort=created_at", Sorted: "descending"},
		},
		Choice:     []web.ColumnChoice{{Name: "name", Label: in(r, "Name", "Nombre"), Shown: true}, {Name: "price_cents", Label: in(r, "Price", "Precio")}},
		ChoiceKept: []web.Field{{Name: "archived", Value: "false"}},
		Selection: &web.Selection{
			URL: list + "/selected", Name: "id", Label: r.T("page.selection.label"), Kept: []web.Field{{Name: "list", Value: "archived=false"}}, Actions: []web.SelectionAction{
				{Value: "archived.true", Label: in(r, "Archive…", "Archivar…"), Icon: "archive"}, {Value: "export", Label: r.T("page.selection.export"), Icon: "download", File: true},
			},
		},
		Older: list + "?cursor=abc",
		Done:  &web.Note{Kind: "ok", Title: in(r, "Product VIN-TIN-75 created", "Producto VIN-TIN-75 creado")},
	}
	for i, one := range []struct {
		sku, name           string
		cents, stock, lowAt int64
		archived            bool
	}{
		{"ACE-OLI-5L", "Aceite de oliva virgen, lata 5 L", 18450, 86, 24, false},
		{"ARR-GRA-25", "Arroz grano largo, saco 25 kg", 12990, 410, 60, false},
		{"BOL-BAS-110", "Bin bags 110 L, carton of 200", 2480, 0, 25, false},
		{"CAF-GRA-1K", "Café en grano tostado medio, bolsa de 1 kg, cultivo de altura de la provincia de Loja", 1975, 0, 40, false},
		{"DET-LIQ-20", "Liquid detergent, 20 L drum", 17860, 212, 30, false},
		{"DET-VAJ-05", "Lavavajillas detergente neutro, 5 L", 1380, 64, 20, true},
		{"GUA-NIT-L", "Nitrile gloves L, case of 10 × 100", 9650, 140, 20, true},
		{"PAP-A4-80", "Papel A4 80 g, caja 5 resmas", 2490, 3, 60, false},
		{"TOR-M8-50-INOX-A2-DIN933", "Tornillo M8 × 50 inoxidable A2, caja de 1.000", 104525, 12480, 500, false},
	} {
		row := web.EntityRow{ID: int64(i + 1), Title: one.sku + " " + one.name, URL: list + "/7", Muted: one.archived, Cells: []web.Cell{
			text(one.sku), text(one.name), number(r.Money(one.cents)), number(r.Number(one.stock)), number(r.Number(one.lowAt)), yes(r, one.archived), at(r, 7+i*i*90),
		}}
		view.Rows = append(view.Rows, row)
	}
	return view
}

func customersFiltered(f web.Frame) web.Entities {
	const list = "/backoffice/customers"
	view := products(f)
	f = managers(f, "customers", list)
	f.Operator.Role = "operator"
	f.Nav = f.Nav[:4]
	r := f.Reader
	view.Frame, view.Title, view.URL, view.NewLabel, view.ImportURL, view.ClearURL = f, in(r, "Customers", "Clientes"), list, in(r, "New customer", "Nuevo cliente"), "", list
	view.SearchHint, view.Search, view.Filtered, view.Done = in(r, "Name, E-mail", "Nombre, Correo"), "núñez", true, nil
	view.Kept = []web.Field{{Name: "group", Value: "retail"}, {Name: "sort", Value: "name"}}
	view.Filters = []web.Filter{
		{
			Label: in(r, "Group", "Grupo"), Value: in(r, "Retail", "Minorista"), RemoveURL: list + "?search=x",
			Options: []web.Link{{Label: in(r, "Retail", "Minorista"), URL: list + "?group=retail"}, {Label: in(r, "Catering", "Hostelería"), URL: list + "?group=catering"}},
		},
		{Label: in(r, "Supplier", "Proveedor"), Value: "#12", RemoveURL: list + "?search=y"},
	}
	view.Columns = []web.Column{
		{Label: in(r, "Name", "Nombre"), SortURL: list + "?sort=-name", Sorted: "ascending"}, {Label: in(r, "E-mail", "Correo")},
		{Label: in(r, "Phone", "Teléfono")}, {Label: in(r, "Tax id", "Id. fiscal")}, {Label: in(r, "Group", "Grupo")},
		{Label: in(r, "Supplier", "Proveedor")}, {Label: in(r, "Created", "Creado"), SortURL: list + "?sort=-created_at"},
	}
	group := web.Cell{Text: in(r, "Retail", "Minorista"), Kind: "badge"}
	supplier := web.Cell{Text: "Importadora del Sur", Kind: "text", URL: "/backoffice/suppliers/12"}
	view.Rows = []web.EntityRow{
		{URL: list + "/7", Cells: []web.Cell{text("Comercial Núñez Cía. Ltda."), text("compras@comercialnunez.ec"), text("+593 2 255 0142"), text("1790012345001"), group, supplier, at(r, 90)}},
		{URL: list + "/8", Muted: true, Badge: in(r, "Deleted", "Eliminado"), Cells: []web.Cell{text("Núñez Hermanos"), text("pedidos@nunezhermanos.com.ec"), {}, {}, group, {}, at(r, 9000)}},
	}
	view.Newer, view.Older = list+"?cursor=def", ""
	view.Note = &web.Note{Kind: "info", Title: in(r, "This list begins anew.", "Esta lista empieza de nuevo."), Text: in(r, "Its page was too old.", "Su página era demasiado antigua.")}
	return view
}

func customersNothing(f web.Frame) web.Entities {
	view := customersFiltered(f)
	view.Rows, view.Newer, view.Note, view.Search = nil, "", nil, "nuñes"
	return view
}

func customersNever(f web.Frame) web.Entities {
	view := customersNothing(f)
	view.Search, view.Filtered, view.Filters, view.Kept, view.ImportURL = "", false, nil, nil, "/backoffice/customers/import"
	return view
}

func customersAway(f web.Frame) web.Entities {
	view := customersNothing(f)
	view.Away = true
	view.Note = &web.Note{
		Kind: "bad", Title: in(f.Reader, "Customers are unavailable just now.", "Los clientes no están disponibles ahora mismo."),
		Text:  in(f.Reader, "Nothing is lost. Try again in a moment.", "No se ha perdido nada. Inténtelo de nuevo en un momento."),
		Links: []web.Link{{Label: f.T("page.link.again"), URL: "/backoffice/customers"}},
	}
	return view
}

// product is archived by the one who looks at it, who may change it.
func product(f web.Frame) web.Entity {
	const list = "/backoffice/products"
	f = managers(f, "products", list+"/7")
	r := f.Reader
	return web.Entity{
		Frame: f, Title: "ACE-OLI-5L Aceite de oliva virgen, lata 5 L", Kind: in(r, "Product", "Producto"), BackURL: list, BackLabel: in(r, "Products", "Productos"),
		Facts: []web.Fact{
			{Label: "SKU", Cell: text("ACE-OLI-5L")}, {Label: in(r, "Name", "Nombre"), Cell: text("Aceite de oliva virgen, lata 5 L")},
			{Label: in(r, "Price, USD", "Precio, USD"), Cell: number(r.Money(18450))}, {Label: in(r, "Stock", "Existencias"), Cell: number(r.Number(12480))},
			{Label: in(r, "Low stock at", "Mínimo"), Cell: number("24")}, {Label: in(r, "Archived", "Archivado"), Cell: yes(r, false)},
			{Label: in(r, "Created", "Creado"), Cell: at(r, 90000)}, {Label: in(r, "Changed", "Modificado"), Cell: at(r, 9)},
		},
		EditURL: list + "/7/edit",
		Actions: []web.EntityAction{
			{Label: in(r, "Adjust stock…", "Ajustar existencias…"), URL: list + "/7/adjust", Icon: "package", Hint: in(r, "Recorded as a movement, with your reason.", "Queda como movimiento, con su motivo.")},
			{Label: in(r, "Archive product…", "Archivar producto…"), URL: list + "/7/archive", Icon: "archive", Danger: true, Hint: in(r, "Kept for its orders, and no longer sold.", "Se conserva para sus pedidos y deja de venderse.")},
		},
		Timeline: []web.Happening{
			{
				Action: "updated", Who: "Marta Tapia", At: *ago(9 * time.Minute), Channel: "UI", RequestID: "7f3a91c2-51be-4c0d-9c01-e2b7c40d77e1",
				Changes: []web.Change{
					{Label: in(r, "Name", "Nombre"), Old: "Aceite de oliva, lata 5 L", New: "Aceite de oliva virgen, lata 5 L"},
					{Label: in(r, "Price, USD", "Precio, USD"), Old: r.Money(17900), New: r.Money(18450)},
				},
			},
			{
				Action: "stock_adjusted", Who: "Ana Ruiz", At: *ago(26 * time.Hour), Channel: "UI", RequestID: "c40d77e1-0000-4c0d-9c01-e2b7c40d77e1",
				Changes: []web.Change{{Label: in(r, "Stock", "Existencias"), Old: "92", New: "86"}, {Label: in(r, "Note", "Nota"), New: in(r, "Six cans were dented.", "Seis latas abolladas.")}},
			},
			{Action: "recounted", Who: in(r, "The system", "El sistema"), At: *ago(50 * time.Hour), Channel: "SYSTEM"},
			{
				Action: "created", Who: "ERP", At: *ago(1500 * time.Hour), Channel: "API", RequestID: "51be08d4-77aa-4b1e-9d0c-3f2a8e6b1c55", Key: "erp-88123",
				Changes: []web.Change{{Label: "SKU", New: "ACE-OLI-5L"}, {Label: in(r, "Name", "Nombre"), New: "Aceite de oliva, lata 5 L"}, {Label: in(r, "Archived", "Archivado"), New: r.T("page.no")}},
			},
		},
		Done: &web.Note{Kind: "ok", Title: in(r, "Saved", "Guardado")},
	}
}

// customer is looked at by somebody who may only look.
func customer(f web.Frame) web.Entity {
	const list = "/backoffice/customers"
	f = managers(f, "customers", list+"/7")
	f.Operator.Role = "viewer"
	r := f.Reader
	return web.Entity{
		Frame: f, Title: "Comercial Núñez Cía. Ltda.", Kind: in(r, "Customer", "Cliente"), BackURL: list, BackLabel: in(r, "Customers", "Clientes"),
		Facts: []web.Fact{
			{Label: in(r, "Name", "Nombre"), Cell: text("Comercial Núñez Cía. Ltda.")}, {Label: in(r, "E-mail", "Correo"), Cell: text("compras@comercialnunez.ec")},
			{Label: in(r, "Phone", "Teléfono"), Cell: text("+593 2 255 0142")}, {Label: in(r, "Tax id", "Id. fiscal")},
			{Label: in(r, "Group", "Grupo"), Cell: web.Cell{Text: in(r, "Retail", "Minorista"), Kind: "badge"}},
			{Label: in(r, "Supplier", "Proveedor"), Cell: web.Cell{Text: "Importadora del Sur", Kind: "text", URL: "/backoffice/suppliers/12"}},
			{Label: in(r, "Address", "Dirección"), Cell: web.Cell{Text: "Av. 10 de Agosto N34-120\nQuito", Kind: "lines"}},
		},
		Reason:       in(r, "Your role can look at customers, not change them.", "Su rol puede ver los clientes, no cambiarlos."),
		Related:      []web.Link{{Label: in(r, "All their orders", "Todos sus pedidos"), URL: "/backoffice/orders?customer_id=7"}},
		Timeline:     product(f).Timeline[2:],
		EarlierCount: 12,
	}
}

func customerDeleted(f web.Frame) web.Entity {
	view := customer(f)
	r := f.Reader
	view.Operator.Role = "operator"
	view.Badge, view.Reason = in(r, "Deleted", "Eliminado"), ""
	view.Actions = []web.EntityAction{{Label: in(r, "Restore customer…", "Restaurar cliente…"), URL: "/backoffice/customers/7/restore", Icon: "archive-restore"}}
	view.Timeline = append([]web.Happening{
		{Action: "deleted", Who: "Ana Ruiz", At: *ago(time.Hour), Channel: "UI", RequestID: "c40d77e1-0000-4c0d-9c01-e2b7c40d77e1"},
		{Action: "restored", Who: "Marta Tapia", At: *ago(2 * time.Hour), Channel: "UI", RequestID: "c40d77e1-0001-4c0d-9c01-e2b7c40d77e1"},
	}, view.Timeline...)
	view.Notice = &web.Note{Kind: "warn", Title: in(r, "This customer is deleted.", "Este cliente está eliminado."), Text: in(r, "Their orders stay as they are.", "Sus pedidos quedan como están.")}
	view.Related = append(view.Related, web.Link{Label: in(r, "All their invoices", "Todas sus facturas"), URL: "/backoffice/invoices?customer_id=7"})
	return view
}

func chosen(f web.Frame) web.Chosen {
	const list = "/backoffice/products"
	f = managers(f, "products", list+"/selected")
	r := f.Reader
	row := func(title, outcome, text, why string) web.ChosenRow {
		return web.ChosenRow{Link: web.Link{Label: title, URL: list + "/7"}, Outcome: outcome, Text: text, Why: why}
	}
	return web.Chosen{
		Frame: f, Title: in(r, "Archive 2 products?", "¿Archivar 2 productos?"), Text: in(r, "2 of 4 will be changed.", "Se cambiarán 2 de 4."), BackURL: list + "?archived=false",
		BackLabel: in(r, "Products", "Productos"), Action: list + "/selected", Label: in(r, "Archive 2 products", "Archivar 2 productos"), Icon: "archive",
		Fields: []web.Field{{Name: "key", Value: "9c1e"}, {Name: "action", Value: "archived.true"}, {Name: "row", Value: "7:3:ACE-OLI-5L"}},
		Rows: []web.ChosenRow{
			row("ACE-OLI-5L Aceite de oliva virgen, lata 5 L", "will", in(r, "Archive", "Archivar"), ""),
			row("TOR-M8-50-INOX-A2-DIN933 Tornillo M8 × 50 inoxidable A2, caja de 1.000, rosca completa", "will", in(r, "Archive", "Archivar"), ""),
			row("DET-VAJ-05 Lavavajillas detergente neutro, 5 L", "already", r.T("page.chosen.outcome.already"), ""),
			row("#4711", "refused", r.T("page.chosen.outcome.refused"), in(r, "There is nothing here.", "Aquí no hay nada.")),
		},
	}
}

func chosenDone(f web.Frame) web.Chosen {
	view := chosen(f)
	r := f.Reader
	view.Done, view.Danger, view.Title, view.Label = true, true, in(r, "Archive: 1 of 4 done", "Archivar: hecho en 1 de 4"), r.T("page.chosen.again")
	view.Notice = &web.Note{Kind: "warn", Title: r.T("page.chosen.untried"), Text: r.T("page.chosen.untried.do")}
	for i, outcome := range []string{"done", "changed", "already", "untried"} {
		view.Rows[i].Outcome, view.Rows[i].Text = outcome, r.T("page.chosen.outcome."+outcome)
	}
	view.Rows[1].Why = r.T("page.chosen.changed")
	return view
}
