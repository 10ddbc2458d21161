package webtest

import (
	"time"

	"b2b.example/web"
)

// ttl is how long orders wait to be confirmed.
const ttl = 72 * time.Hour

// ago is a time before now.
func ago(d time.Duration) *time.Time {
	at := Now.Add(-d)
	return &at
}

func waiting(id int64, customer, reference string, left time.Duration, cents int64) web.OrderRow {
	expires := Now.Add(left)
	return web.OrderRow{
		ID: id, Status: "CREATED", Customer: customer, Email: "compras@example.ec", Reference: reference,
		Placed: expires.Add(-ttl), Expires: &expires, Units: 12, TotalCents: cents,
	}
}

// row is an order that was placed so many minutes ago.
func row(id int64, status, customer, email string, minutes, units, cents int64) web.OrderRow {
	placed := *ago(time.Duration(minutes) * time.Minute)
	r := web.OrderRow{ID: id, Status: status, Customer: customer, Email: email, Placed: placed, Units: units, TotalCents: cents}
	if status == "CREATED" {
		expires := placed.Add(ttl)
		r.Expires = &expires
	}
	return r
}

func orders(f web.Frame) web.Orders {
	rows := []web.OrderRow{
		row(1048, "CREATED", "Ferretería García e Hijos", "compras@garciaehijos.ec", 2, 36, 184250),
		row(1047, "CREATED", "Brightwell Hardware Ltd", "orders@brightwell.co", 5, 140, 1249900),
		row(1046, "CREATED", "Distribuciones Peña", "pedidos@distpena.ec", 28, 24, 96000),
		row(1045, "CONFIRMED", "Comercial Núñez Cía. Ltda.", "compras@comercialnunez.ec", 34, 29, 459900),
		row(1044, "CREATED", "Panadería La Espiga", "laespiga@correo.ec", 45, 60, 231540),
		row(1043, "CANCELED", "Harbour & Sons Catering", "kitchen@harboursons.co.uk", 52, 8, 31200),
		row(1042, "CONFIRMED", "Comercial Núñez Cía. Ltda.", "compras@comercialnunez.ec", 63, 29, 459900),
		row(1041, "CONFIRMED", "Supermercados El Rosal", "central@elrosal.ec", 81, 412, 3987425),
		row(1040, "CREATED", "Limpiezas Québec S.A.", "oficina@limpiezasquebec.com", 116, 52, 148890),
		row(1039, "CONFIRMED", "Oakfield Schools Trust", "supplies@oakfield.org", 133, 230, 1560480),
		row(1038, "CONFIRMED", "Hotel Mirador del Lago", "compras@miradordellago.ec", 151, 76, 642315),
		row(1037, "CREATED", "Café Bohemia", "hola@cafebohemia.ec", 983, 12, 57480),
		row(1036, "CONFIRMED", "Restaurante Ñandú", "admin@nandu.ec", 1008, 41, 213700),
		row(1035, "CANCELED", "Miller & Doyle Trading", "ap@millerdoyle.com", 1032, 5, 18950),
		row(1034, "CONFIRMED", "Ferretería García e Hijos", "compras@garciaehijos.ec", 1075, 33, 127600),
		row(1033, "CREATED", "Clínica Santa Lucía", "bodega@santalucia.med.ec", 2621, 300, 890350),
		row(1032, "CONFIRMED", "Papelería Universo", "ventas@universo.ec", 2643, 185, 405215),
		row(1031, "CREATED", "Autoservicio Ibarra", "ibarra@autoservicio.ec", 2793, 22, 76500),
		row(1030, "CONFIRMED", "Brightwell Hardware Ltd", "orders@brightwell.co", 2827, 164, 1408000),
		row(1029, "CANCELED", "Eventos Páramo", "eventos@paramo.ec", 2865, 15, 44925),
	}
	rows[1].Reference, rows[7].Reference, rows[9].Reference = "PO-77120", "OC-2025-0041", "Term 2 / kitchens and offices, second delivery"
	customers := &web.CustomerFilter{FindURL: "/backoffice/orders"}
	return web.Orders{
		Frame: f, Customers: customers, Views: views(f, 0), Rows: rows, Older: "/backoffice/orders?cursor=abc", ClearURL: "/backoffice/orders", ShowsNewOrder: true,
		Sort: web.Sort{By: "-created_at", PlacedURL: "/backoffice/orders?sort=created_at", TotalURL: "/backoffice/orders?sort=-total_cents"},
	}
}

func views(f web.Frame, current int) []web.View {
	views := []web.View{
		{Label: f.T("page.view.all"), URL: "/backoffice/orders"},
		{Label: f.T("page.view.to_confirm"), URL: "/backoffice/orders?status=CREATED", Count: &web.Count{N: 23}},
		{Label: f.T("page.view.expiring"), URL: "/backoffice/orders?view=expiring", Count: &web.Count{N: 6}},
		{Label: f.T("page.view.confirmed"), URL: "/backoffice/orders?status=CONFIRMED"},
		{Label: f.T("page.view.canceled"), URL: "/backoffice/orders?status=CANCELED"},
	}
	views[current].Current = true
	return views
}

// filtered is a customer's canceled orders, by total, from the middle of the list.
func filtered(f web.Frame) web.Orders {
	view := orders(f)
	view.Customers = nil
	view.Views, view.Search, view.Filtered = views(f, 4), "garcía", true
	view.Chips = []web.Chip{
		{Name: f.T("page.filter.customer_id"), Value: "Ferretería García e Hijos", RemoveURL: "/backoffice/orders?status=CANCELED&search=garc%C3%ADa"},
		{Name: f.T("page.filter.from"), Value: f.When(*ago(7 * 24 * time.Hour)), RemoveURL: "/backoffice/orders?status=CANCELED"},
	}
	view.Kept = []web.Field{{Name: "status", Value: "CANCELED"}, {Name: "customer_id", Value: "12"}}
	view.Sort = web.Sort{By: "total_cents", PlacedURL: "/backoffice/orders?sort=-created_at", TotalURL: "/backoffice/orders?sort=-total_cents"}
	view.Newer, view.Rows = "/backoffice/orders?cursor=def", view.Rows[5:7]
	view.Note = &web.Note{Kind: "info", Title: in(f.Reader, "This list begins anew.", "Esta lista empieza de nuevo."), Text: in(f.Reader, "Its page was too old.", "Su página era demasiado antigua.")}
	return view
}

func nothing(f web.Frame) web.Orders {
	view := filtered(f)
	view.Rows, view.Newer, view.Older, view.Note, view.Search = nil, "", "", nil, "ferreteria garsia"
	return view
}

func noneHere(f web.Frame) web.Orders {
	view := nothing(f)
	view.Views, view.Search, view.Chips, view.Filtered = views(f, 1), "", nil, false
	view.Customers = &web.CustomerFilter{Search: "bri", FindURL: "/backoffice/orders?status=CREATED", Found: []web.Customer{
		{ID: 8, Name: "Brightwell Hardware Ltd", Email: "orders@brightwell.co", TaxID: "GB181899454"},
		{ID: 9, Name: "Comercial Brito", Email: "brito@example.ec"},
	}}
	return view
}

func never(f web.Frame) web.Orders {
	f.Waiting = web.Count{}
	view := nothing(f)
	view.Views, view.Search, view.Chips, view.Kept, view.Filtered = views(f, 0), "", nil, nil, false
	view.Views[1].Count, view.Views[2].Count = &web.Count{}, &web.Count{}
	return view
}

var lines = []web.Line{
	{ProductID: 1, SKU: "ACE-OLI-5L", Name: "Aceite de oliva virgen, lata 5 L", Qty: 12, UnitPriceCents: 18450, SubtotalCents: 221400},
	{ProductID: 2, SKU: "ARR-GRA-25", Name: "Arroz grano largo, saco 25 kg", Qty: 10, UnitPriceCents: 12990, SubtotalCents: 129900},
	{ProductID: 3, SKU: "DET-LIQ-20", Name: "Liquid detergent, 20 L drum", Qty: 5, UnitPriceCents: 17860, SubtotalCents: 89300},
	{ProductID: 4, SKU: "GUA-NIT-L", Name: "Nitrile gloves L, case of 10 × 100", Qty: 2, UnitPriceCents: 9650, SubtotalCents: 19300},
}

// created waits to be confirmed. It came from a customer's own system.
func created(f web.Frame) web.Order {
	r := f.Reader
	f.Path = "/backoffice/orders/1042"
	placed := ago(62*time.Minute + 29*time.Second)
	expires := placed.Add(ttl)
	return web.Order{
		Frame: f, ID: 1042, Status: "CREATED", Units: 29, TotalCents: 459900, Placed: *placed, PlacedBy: "ERP Núñez", PlacedThrough: "API",
		Reference: "OC-2025-0041",
		Note:      in(r, "Deliver to the rear dock before 15:00. Ring Luis (ext. 12) on arrival.", "Entregar en el muelle trasero antes de las 15:00. Llamar a Luis (ext. 12) al llegar."),
		Customer:  web.Customer{ID: 7, Name: "Comercial Núñez Cía. Ltda.", Email: "compras@comercialnunez.ec", Phone: "+593 2 255 0142", TaxID: "1790012345001"},
		Lines:     lines, NoteURL: "/backoffice/orders/1042/note", AgainURL: "/backoffice/orders/new?again=1042", CustomerURL: "/backoffice/customers/7", OrdersURL: "/backoffice/orders?customer_id=7",
		Actions: []web.Action{
			{Name: "confirm", Allowed: true, Key: "2b1f", Hint: in(r, "It waits for 2 d 22 h more, then it is canceled by itself.", "Espera 2 d 22 h más; después se cancela solo.")},
			{Name: "cancel", Allowed: true, Key: "2b1f", Hint: in(r, "Returns 29 units to stock.", "Devuelve 29 unidades a existencias.")},
		},
		Upcoming: []web.Upcoming{{What: "expires", At: expires}},
		Timeline: []web.Happening{{
			Action: "created", Who: "ERP Núñez", At: *placed, Channel: "API", RequestID: "51be08d4-77aa-4b1e-9d0c-3f2a8e6b1c55", Key: "erp-88123",
			Changes: []web.Change{{Label: in(r, "Total", "Total"), New: r.MoneySigned(459900)}, {Label: in(r, "Units taken from stock", "Unidades tomadas"), New: "29"}},
		}},
	}
}

// confirmed has just been confirmed by the reader.
func confirmed(f web.Frame) web.Order {
	r, view := f.Reader, created(f)
	at := ago(3*time.Minute + 12*time.Second)
	view.Status, view.Confirmed, view.ConfirmedBy = "CONFIRMED", at, "Marta Tapia"
	view.Actions = []web.Action{
		{Name: "confirm", Reason: in(r, "You confirmed it at 10:40.", "Usted lo confirmó a las 10:40.")},
		{Name: "cancel", Allowed: true, Key: "2b1f", Hint: in(r, "Until 10:50, 6 min left. Returns 29 units to stock.", "Hasta las 10:50, quedan 6 min. Devuelve 29 unidades.")},
	}
	view.Upcoming = []web.Upcoming{{What: "cancel_closes", At: at.Add(10 * time.Minute)}}
	view.Timeline = append([]web.Happening{{
		Action: "confirmed", Who: "Marta Tapia", At: *at, Channel: "UI", RequestID: "7f3a91c2-51be-4c0d-9c01-e2b7c40d77e1",
		Changes: []web.Change{{Label: r.T("page.orders.status"), Old: r.T("page.status.CREATED"), New: r.T("page.status.CONFIRMED")}},
	}}, view.Timeline...)
	view.InList = "?list=status%3DCREATED"
	view.List = &web.Neighbours{ListURL: "/backoffice/orders?status=CREATED", Next: "/backoffice/orders/1041?list=status%3DCREATED"}
	view.Done = &web.Note{Kind: "ok", Title: in(r, "Order 1042 confirmed", "Pedido 1042 confirmado")}
	view.Undo = &web.Undo{Key: "u-2b1f", Until: *ago(-41 * time.Second), Window: time.Minute}
	return view
}

// canceled was canceled yesterday by somebody else, after its note had been changed.
func canceled(f web.Frame) web.Order {
	r, view := f.Reader, confirmed(f)
	at := ago(25 * time.Hour)
	view.Placed, view.Confirmed, view.Done, view.Undo, view.EarlierCount = *ago(49 * time.Hour), ago(26*time.Hour), nil, nil, 12
	view.Status, view.Canceled, view.CanceledBy, view.CancelReason = "CANCELED", at, "Ana Ruiz", "CUSTOMER_REQUEST"
	view.CancelNote = in(r, "Asked by phone, Luis Núñez.\nWill reorder on Monday.", "Por teléfono, Luis Núñez.\nVolverá a pedir el lunes.")
	view.Actions = []web.Action{
		{Name: "confirm", Reason: in(r, "Ana Ruiz canceled it on 20 Nov 09:43.", "Ana Ruiz lo canceló el 20 nov 09:43.")},
		{Name: "cancel", Reason: in(r, "Ana Ruiz canceled it on 20 Nov 09:43.", "Ana Ruiz lo canceló el 20 nov 09:43.")},
	}
	view.Upcoming = nil
	view.Timeline = append([]web.Happening{
		{
			Action: "canceled", Who: "Ana Ruiz", At: *at, Channel: "UI", RequestID: "c40d77e1-0001-4c0d-9c01-e2b7c40d77e1",
			Changes: []web.Change{
				{Label: r.T("page.orders.status"), Old: r.T("page.status.CONFIRMED"), New: r.T("page.status.CANCELED")},
				{Label: r.T("page.cancel.reason"), New: r.T("page.reason.CUSTOMER_REQUEST")},
				{Label: r.T("page.cancel.note"), New: view.CancelNote},
			},
		},
		{
			Action: "updated", Who: "Ana Ruiz", At: at.Add(-time.Minute), Channel: "UI", RequestID: "c40d77e1-0000-4c0d-9c01-e2b7c40d77e1",
			Changes: []web.Change{{Label: r.T("page.cancel.note"), Old: in(r, "Rear dock", "Muelle trasero"), New: view.Note}},
		},
	}, view.Timeline...)
	return view
}

// refused is what one sees who may only look, after an answer that did not come.
func refused(f web.Frame) web.Order {
	f.Operator.Role = "viewer"
	r, view := f.Reader, created(f)
	for i := range view.Actions {
		view.Actions[i] = web.Action{Name: view.Actions[i].Name, Reason: in(r, "your role can look at orders, not change them.", "su función permite ver los pedidos, no cambiarlos.")}
	}
	view.Note, view.Reference, view.PlacedBy, view.PlacedThrough = "", "", "", ""
	view.Notice = &web.Note{
		Kind: "bad", Title: in(r, "The answer did not come in time.", "La respuesta no llegó a tiempo."),
		Text:  in(r, "Below is the order as it is now. If it has not changed, press the button again: it will not be done twice.", "Abajo está el pedido tal como está ahora. Si no ha cambiado, pulse otra vez: no se hará dos veces."),
		Links: []web.Link{{Label: in(r, "All orders", "Todos los pedidos"), URL: "/backoffice/orders"}},
	}
	return view
}

func cancel(f web.Frame) web.Cancel {
	order := confirmed(f)
	until := *ago(-6*time.Minute - 48*time.Second)
	f.Path = "/backoffice/orders/1042/cancel"
	return web.Cancel{
		Frame: f, Order: order, Until: &until, Key: "9c1e", Reason: "CUSTOMER_REQUEST",
		Note:    in(f.Reader, "Asked by phone, Luis Núñez. Will reorder on Monday.", "Por teléfono, Luis Núñez. Volverá a pedir el lunes."),
		Reasons: []string{"CUSTOMER_REQUEST", "OUT_OF_STOCK", "PRICING_ERROR", "DUPLICATE", "FRAUD", "OTHER"}, UndoFor: time.Minute,
	}
}

func cancelErrors(f web.Frame) web.Cancel {
	view := cancel(f)
	view.Reason, view.Until = "", nil
	for len(view.Order.Lines) < 20 {
		view.Order.Lines = append(view.Order.Lines, lines...)
	}
	view.Errors = []web.FieldError{
		{Field: "reason", Text: in(f.Reader, "Choose a reason.", "Elija un motivo.")},
		{Field: "note", Text: in(f.Reader, "This must have at most 500 characters.", "Debe tener como máximo 500 caracteres.")},
	}
	return view
}
