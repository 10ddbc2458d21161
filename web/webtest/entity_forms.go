package webtest

import "b2b.example/web"

func productNew(f web.Frame) web.EntityForm {
	const list = "/backoffice/products"
	f = managers(f, "products", list+"/new")
	r := f.Reader
	return web.EntityForm{
		Frame: f, Title: in(r, "New product", "Nuevo producto"), BackURL: list, BackLabel: in(r, "Products", "Productos"), Action: list + "/new", Key: "77aa",
		Label: in(r, "Create product", "Crear producto"),
		Inputs: []web.Input{
			{Name: "sku", Label: "SKU", Hint: in(r, "2 to 64 characters. Orders show it.", "De 2 a 64 caracteres. Sale en los pedidos."), Kind: "text", Required: true, Most: 64},
			{Name: "name", Label: in(r, "Name", "Nombre"), Hint: in(r, "2 to 180 characters, as printed on orders.", "De 2 a 180 caracteres, como sale en los pedidos."), Kind: "text", Required: true, Most: 180},
			{Name: "price_cents", Label: in(r, "Price", "Precio"), Hint: in(r, "Orders already placed keep their price.", "Los pedidos ya hechos conservan su precio."), Kind: "money", Unit: "USD", Required: true},
			{Name: "stock", Label: in(r, "Stock", "Existencias"), Hint: in(r, "Recorded as the first movement.", "Queda como primer movimiento."), Kind: "number", Optional: true},
			{Name: "low_stock_at", Label: in(r, "Low stock at", "Mínimo"), Hint: in(r, "Shown on the dashboard at or below this.", "Con esto o menos sale en el inicio."), Kind: "number", Value: "10", Before: "10", Optional: true},
			{Name: "archived", Label: in(r, "Archived", "Archivado"), Hint: in(r, "Kept for its orders, and no longer sold.", "Se conserva para sus pedidos y deja de venderse."), Kind: "yes"},
		},
	}
}

func productErrors(f web.Frame) web.EntityForm {
	view := productNew(f)
	r := f.Reader
	for i, typed := range []string{"ACE-OLI-5L", "Aceite de oliva suave, lata 5 L", "0,00", "120", "ten", "true"} {
		view.Inputs[i].Value = typed
	}
	view.Errors = []web.FieldError{
		{Field: "sku", Text: in(r, "Already used by another product.", "Ya lo usa otro producto.")},
		{Field: "price_cents", Text: in(r, "Must be more than zero, such as 184.50.", "Debe ser mayor que cero, como 184,50.")},
		{Field: "low_stock_at", Text: in(r, "Must be a whole number, such as 10.", "Debe ser un número entero, como 10.")},
		{Field: "archived", Text: in(r, "A product with stock cannot be archived.", "Un producto con existencias no se puede archivar.")},
	}
	return view
}

// supplierEdit has an input of each kind, all wrong or right.
func supplierEdit(f web.Frame) web.EntityForm {
	const one = "/backoffice/suppliers/12"
	f = managers(f, "suppliers", one+"/edit")
	r := f.Reader
	countries := []web.Option{{Value: "EC", Label: "Ecuador"}, {Value: "CO", Label: "Colombia"}, {Value: "PE", Label: "Perú"}, {Value: "ES", Label: "España"}, {Value: "GB", Label: "United Kingdom"}}
	return web.EntityForm{
		Frame: f, Title: in(r, "Edit Importadora del Sur", "Editar Importadora del Sur"), BackURL: one, BackLabel: "Importadora del Sur", Action: one + "/edit",
		Key: "77aa", Version: 3, Label: in(r, "Save", "Guardar"), Focus: "terms",
		Inputs: []web.Input{
			{Name: "name", Label: in(r, "Name", "Nombre"), Kind: "text", Value: "Importadora del Sur", Before: "Importadora del Sur", Required: true, Most: 120},
			{Name: "email", Label: in(r, "E-mail", "Correo"), Kind: "email", Value: "ventas@importadora.ec", Before: "ventas@importadora.ec", Required: true},
			{Name: "terms", Label: in(r, "Terms", "Condiciones"), Kind: "choice", Value: "N30", Before: "N30", Required: true, Options: []web.Option{
				{Value: "PREPAID", Label: in(r, "Prepaid", "Pago previo")}, {Value: "N30", Label: in(r, "30 days", "30 días"), Hint: in(r, "usual", "lo usual")}, {Value: "N60", Label: in(r, "60 days", "60 días")},
			}},
			{Name: "country", Label: in(r, "Country", "País"), Kind: "choice", Value: "EC", Before: "EC", Options: countries, Required: true},
			{Name: "credit_cents", Label: in(r, "Credit", "Crédito"), Kind: "money", Unit: "USD", Value: in(r, "1,500.00", "1.500,00"), Optional: true},
			{Name: "reviewed_at", Label: in(r, "Reviewed", "Revisado"), Kind: "time", Value: "2025-11-20T18:20", Optional: true},
			{Name: "password", Label: in(r, "Password", "Contraseña"), Kind: "secret", Optional: true},
			{Name: "preferred", Label: in(r, "Preferred", "Preferido"), Kind: "yes", Value: "true", Before: "true"},
			{Name: "parent_id", Label: in(r, "Belongs to", "Pertenece a"), Kind: "reference", Value: "3", Before: "3", Optional: true, Chosen: &web.Option{Value: "3", Label: "Grupo Andino S.A.", Hint: "grupo@andino.ec"}},
			{Name: "notes", Label: in(r, "Notes", "Notas"), Kind: "lines", Value: in(r, "Delivers on Mondays.\nAsk for Luis.", "Entrega los lunes.\nPreguntar por Luis."), Optional: true, Most: 500},
		},
		Notice: &web.Note{Kind: "info", Title: in(r, "Log in again was needed.", "Hubo que volver a entrar."), Text: in(r, "What you typed is kept.", "Lo que escribió se conserva.")},
	}
}

// supplierSearch is looking for what it refers to, and has not found what is chosen elsewhere.
func supplierSearch(f web.Frame) web.EntityForm {
	view := supplierEdit(f)
	r := f.Reader
	view.Notice, view.Focus = nil, "parent_id"
	view.Inputs[2].Optional, view.Inputs[2].Required, view.Inputs[2].Value = true, false, ""
	view.Inputs[3].Value = "ATLANTIS"
	parent := &view.Inputs[8]
	parent.Value, parent.Chosen, parent.Search, parent.Error = "", nil, "gru", in(r, "Choose one of the list.", "Elija uno de la lista.")
	parent.Found = []web.Option{{Value: "3", Label: "Grupo Andino S.A.", Hint: "grupo@andino.ec"}, {Value: "4", Label: "Grupo Costa", Hint: "hola@costa.ec"}}
	parent.Note = in(r, "There are more: type more letters.", "Hay más: escriba más letras.")
	view.Errors = []web.FieldError{{Field: "parent_id", Text: parent.Error}, {Field: "terms", Text: in(r, "Choose one.", "Elija uno.")}}
	return view
}

func deletion(f web.Frame) web.Question {
	const one = "/backoffice/customers/7"
	f = managers(f, "customers", one+"/delete")
	r := f.Reader
	return web.Question{
		Frame: f, Title: in(r, "Delete Comercial Núñez Cía. Ltda.?", "¿Eliminar Comercial Núñez Cía. Ltda.?"),
		Text:    in(r, "Their orders stay, and keep the name and address they were placed with. The customer can be restored while nobody else uses the e-mail address.", "Sus pedidos quedan, con el nombre y el correo con que se hicieron. El cliente se puede restaurar mientras nadie más use su correo."),
		BackURL: one, BackLabel: in(r, "Keep customer", "Conservar cliente"), Action: one + "/delete", Key: "9c1e", Version: 3,
		Label: in(r, "Delete customer", "Eliminar cliente"), Danger: true, Icon: "trash-2",
	}
}

func adjustment(f web.Frame) web.Question {
	const one = "/backoffice/products/7"
	f = managers(f, "products", one+"/adjust")
	r := f.Reader
	return web.Question{
		Frame: f, Title: in(r, "Adjust the stock of ACE-OLI-5L", "Ajustar las existencias de ACE-OLI-5L"), Text: in(r, "86 are in stock now.", "Ahora hay 86."),
		BackURL: one, BackLabel: in(r, "Leave it", "Dejarlo"), Action: one + "/adjust", Key: "9c1e", Version: 8, Label: in(r, "Adjust stock", "Ajustar existencias"),
		Inputs: []web.Input{
			{Name: "delta", Label: in(r, "Change", "Cambio"), Hint: in(r, "12 adds, -12 takes away.", "12 añade, -12 quita."), Kind: "number", Value: "-900", Required: true},
			{Name: "adjustment_note", Label: in(r, "Reason", "Motivo"), Kind: "lines", Required: true, Most: 500, Value: in(r, "Counted on Friday.", "Contado el viernes.")},
		},
		Errors: []web.FieldError{{Field: "delta", Text: in(r, "There are only 86.", "Solo hay 86.")}},
		Notice: &web.Note{Kind: "warn", Title: in(r, "Nothing was changed.", "No se cambió nada.")},
	}
}

func conflict(f web.Frame) web.Conflict {
	const one = "/backoffice/products/7"
	f = managers(f, "products", one+"/edit")
	r := f.Reader
	return web.Conflict{
		Frame: f, Title: in(r, "ACE-OLI-5L was changed while you edited it", "ACE-OLI-5L cambió mientras usted lo editaba"),
		Intro: in(r, "Ana Ruiz saved this at 10:31, two minutes after you opened it.", "Ana Ruiz lo guardó a las 10:31, dos minutos después de que usted lo abriera."),
		Who:   "Ana Ruiz", BackURL: one, BackLabel: "ACE-OLI-5L", Action: one + "/edit", Key: "9c1e", Version: 8,
		Rows: []web.ConflictRow{
			{Name: "sku", Label: "SKU", Before: "ACE-OLI-5L", Theirs: "ACE-OLI-5L", Yours: "ACE-OLI-5L", Typed: "ACE-OLI-5L", Was: "ACE-OLI-5L", Other: "ACE-OLI-5L", Take: "theirs", Same: true},
			{Name: "price_cents", Label: in(r, "Price, USD", "Precio, USD"), Before: r.Money(18450), Theirs: r.Money(18990), Yours: r.Money(18700), Typed: "187.00", Was: "184.50", Other: "189.90", Take: "yours", Both: true},
			{Name: "name", Label: in(r, "Name", "Nombre"), Before: "Aceite de oliva, lata 5 L", Theirs: "Aceite de oliva, lata 5 L", Yours: "Aceite de oliva virgen, lata 5 L", Typed: "Aceite de oliva virgen, lata 5 L", Was: "Aceite de oliva, lata 5 L", Other: "Aceite de oliva, lata 5 L", Take: "yours"},
			{Name: "low_stock_at", Label: in(r, "Low stock at", "Mínimo"), Before: "10", Theirs: "24", Yours: "10", Typed: "10", Was: "10", Other: "24", Take: "theirs"},
			{Name: "archived", Label: in(r, "Archived", "Archivado"), Before: r.T("page.no"), Theirs: r.T("page.no"), Yours: r.T("page.no"), Typed: "false", Was: "false", Other: "false", Take: "theirs", Same: true},
		},
	}
}

// conflictApart is a conflict in which each changed something else, and nobody knows who the other one was.
func conflictApart(f web.Frame) web.Conflict {
	view := conflict(f)
	view.Intro, view.Who = in(f.Reader, "This was saved at 10:31, while you were editing.", "Se guardó a las 10:31, mientras usted lo editaba."), ""
	view.Rows[1] = web.ConflictRow{Name: "notes", Label: in(f.Reader, "Notes", "Notas"), Before: "", Theirs: "Lata nueva.\nPedir 24.", Yours: "", Other: "Lata nueva.\nPedir 24.", Take: "theirs"}
	return view
}
