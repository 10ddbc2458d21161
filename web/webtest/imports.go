package webtest

import (
	"time"

	"b2b.example/web"
)

// importPages are a file that is taken in, from its upload to its end.
func importPages(f web.Frame, change func(view any)) []Page {
	return []Page{
		page("import", importFile(f), change),
		page("import-errors", importErrors(f), change),
		page("import-checking", importChecking(f), change),
		page("import-checked", importChecked(f), change),
		page("import-blocked", importBlocked(f), change),
		page("import-running", importRunning(f), change),
		page("import-done", importDone(f), change),
		page("import-failed", importFailed(f), change),
		page("import-away", importAway(f), change),
	}
}

func importFile(f web.Frame) web.Import {
	const list = "/backoffice/products"
	f = managers(f, "products", list+"/import")
	r := f.Reader
	return web.Import{
		Frame: f, Title: in(r, "Import products", "Importar productos"), BackURL: list, BackLabel: in(r, "Products", "Productos"), Action: list + "/import", Key: "77aa",
		Intro: in(r, "A row whose SKU is known changes that product; any other is a new one.", "Una fila cuyo SKU ya existe modifica ese producto; las demás son nuevos."),
		Columns: []web.Fact{
			{Label: "sku", Cell: text(in(r, "SKU, 2 to 64 characters, required", "SKU, de 2 a 64 caracteres, obligatorio"))},
			{Label: "name", Cell: text(in(r, "Name, 2 to 180 characters, required", "Nombre, de 2 a 180 caracteres, obligatorio"))},
			{Label: "price_cents", Cell: text(in(r, "Price in cents or as 184.50, required", "Precio en centavos o como 184,50, obligatorio"))},
			{Label: "stock", Cell: text(in(r, "Stock, a whole number; taken for new products only", "Existencias, número entero; solo para productos nuevos"))},
			{Label: "low_stock_at", Cell: text(in(r, "Low stock at, a whole number", "Mínimo, número entero"))},
			{Label: "archived", Cell: text(in(r, "Archived: true or false", "Archivado: true o false"))},
		},
		ExampleURL: list + "/import?example=csv",
		Recent: []web.ImportDone{
			{URL: list + "/imports/4", File: "productos-noviembre.csv", Status: "checked", At: *ago(3 * time.Minute), Who: "Marta Tapia"},
			{URL: list + "/imports/3", Status: "running", At: *ago(time.Hour), Who: "Marta Tapia"},
			{URL: list + "/imports/2", File: "precios-de-invierno-con-las-correcciones-de-contabilidad-2026.csv", Status: "done", At: *ago(48 * time.Hour), Who: "Marta Tapia"},
		},
	}
}

func importErrors(f web.Frame) web.Import {
	view := importFile(f)
	r := f.Reader
	view.Errors = []web.FieldError{{Field: "file", Text: in(r, "Choose a file.", "Elija un archivo.")}}
	view.Notice = &web.Note{Kind: "warn", Title: in(r, "Another import of products is running.", "Hay otra importación de productos en curso."), Links: []web.Link{{Label: in(r, "See it", "Verla"), URL: "/backoffice/products/imports/3"}}}
	return view
}

func importChecked(f web.Frame) web.ImportRun {
	const list = "/backoffice/products"
	f = managers(f, "products", list+"/imports/4")
	r := f.Reader
	return web.ImportRun{
		Frame: f, Title: in(r, "Import products", "Importar productos"), BackURL: list, BackLabel: in(r, "Products", "Productos"), File: "productos-noviembre.csv",
		Status: "checked", Rows: 1200, Total: 1200, Created: 188, Changed: 412, Unchanged: 600, Started: *ago(3 * time.Minute), Who: "Marta Tapia",
		Preview: []web.ImportRow{
			{Line: 2, Action: "create", Title: "VIN-TIN-75 Vino tinto, caja de 12", Changes: []web.Change{{Label: in(r, "Price, USD", "Precio, USD"), New: r.Money(8640)}, {Label: in(r, "Stock", "Existencias"), New: "40"}}},
			{Line: 3, Action: "change", Title: "ACE-OLI-5L Aceite de oliva virgen, lata 5 L", Changes: []web.Change{{Label: in(r, "Price, USD", "Precio, USD"), Old: r.Money(18450), New: r.Money(18990)}}},
			{Line: 1007, Action: "change", Title: "PAP-A4-80 Papel A4 80 g, caja 5 resmas", Changes: []web.Change{
				{Label: in(r, "Name", "Nombre"), Old: "Papel A4 80 g, caja 5 resmas", New: "Papel A4 80 g reciclado, caja 5 resmas"}, {Label: in(r, "Low stock at", "Mínimo"), Old: "60", New: ""},
			}},
		},
		RunURL: list + "/imports/4", AgainURL: list + "/import", Key: "77aa", URL: list + "/imports/4",
	}
}

func importBlocked(f web.Frame) web.ImportRun {
	view := importChecked(f)
	r := f.Reader
	view.RunURL, view.Refused, view.Unchanged, view.FaultsURL, view.MoreFaults = "", 12, 588, "/backoffice/products/imports/4?format=csv", 8
	view.Faults = []web.ImportFault{
		{Line: 14, Column: "price_cents", Value: "gratis", Text: in(r, "Must be an amount, such as 184.50.", "Debe ser un importe, como 184,50.")},
		{Line: 14, Column: "sku", Value: "", Text: in(r, "Is required.", "Es obligatorio.")},
		{Line: 208, Column: "name", Value: "Café en grano tostado medio, bolsa de 1 kg, cultivo de altura de la provincia de Loja, cosecha de 2025, lote 0041", Text: in(r, "Must have at most 180 characters.", "Debe tener como máximo 180 caracteres.")},
		{Line: 100321, Text: in(r, "Has 7 values; the first line has 6 columns.", "Tiene 7 valores; la primera línea tiene 6 columnas.")},
	}
	return view
}

func importChecking(f web.Frame) web.ImportRun {
	view := importChecked(f)
	view.Status, view.Rows, view.Total, view.Created, view.Changed, view.Unchanged, view.Preview, view.RunURL = "checking", 340, 0, 100, 40, 200, nil, ""
	view.Guess = 1180
	return view
}

func importRunning(f web.Frame) web.ImportRun {
	view := importChecked(f)
	view.Status, view.Rows, view.Created, view.Changed, view.Unchanged, view.Preview, view.RunURL = "running", 540, 100, 240, 200, nil, ""
	return view
}

func importDone(f web.Frame) web.ImportRun {
	view := importBlocked(f)
	view.Status, view.Preview = "done", nil
	return view
}

func importFailed(f web.Frame) web.ImportRun {
	view := importDone(f)
	view.Status, view.Rows, view.Refused, view.Faults, view.MoreFaults, view.FaultsURL, view.Unchanged = "failed", 700, 0, nil, 0, "", 100
	view.Notice = &web.Note{
		Kind: "bad", Title: in(f.Reader, "The import stopped after 700 rows.", "La importación se detuvo tras 700 filas."),
		Text: in(f.Reader, "Send the same file again: what is done already is not done twice.", "Envíe otra vez el mismo archivo: lo ya hecho no se hará dos veces."),
	}
	return view
}

func importAway(f web.Frame) web.ImportRun {
	view := importChecked(f)
	r := f.Reader
	return web.ImportRun{
		Frame: view.Frame, Title: view.Title, BackURL: view.BackURL, BackLabel: view.BackLabel, Status: "away", URL: view.URL,
		Notice: &web.Note{
			Kind: "warn", Title: r.T("page.import.away.title"),
			Text: r.T("page.import.away.text", "detail", in(r, "The customer records cannot be reached.", "Los datos de clientes no están accesibles.")),
		},
	}
}
