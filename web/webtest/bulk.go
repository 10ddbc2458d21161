package webtest

import (
	"time"

	"b2b.example/web"
)

// bulkPages are the pages of bulk runs.
func bulkPages(f web.Frame, change func(view any)) []Page {
	return []Page{
		page("orders-selectable", selectable(f), change),
		page("orders-all-selected", allSelected(f), change),
		page("bulk-confirm", bulkConfirm(f), change),
		page("bulk-cancel", bulkCancel(f), change),
		page("bulk-running", bulkRunning(f), change),
		page("bulk-ended", bulkEnded(f), change),
		page("bulk-runs", bulkRuns(f), change),
		page("bulk-runs-none", web.BulkRuns{Frame: f}, change),
	}
}

func selectable(f web.Frame) web.Orders {
	view := orders(f)
	view.RunsURL = "/backoffice/bulk-runs"
	view.Selection = &web.Selection{
		URL: "/backoffice/bulk-runs/new", Name: "order", Label: f.T("page.bulk.selection"), Actions: []web.SelectionAction{
			{Value: "confirm", Label: f.T("page.bulk.confirm"), Kind: "filled", Icon: "check"},
			{Value: "cancel", Label: f.T("page.bulk.cancel"), Kind: "danger", Icon: "ban"},
			{Value: "export", Label: f.T("page.selection.export"), Icon: "download", File: true},
		},
		Matching: &web.Count{N: 143}, Filter: "status=CREATED", AllURL: "/backoffice/orders?select=all&status=CREATED", ClearURL: "/backoffice/orders?status=CREATED",
	}
	return view
}

func allSelected(f web.Frame) web.Orders {
	view := selectable(f)
	view.Selection.All, view.Selection.Matching = true, &web.Count{N: 10_000, Over: true}
	return view
}

func bulkConfirm(f web.Frame) web.NewBulkRun {
	orders := []web.Link{{Label: "1033", URL: "/backoffice/orders/1033"}, {Label: "1031", URL: "/backoffice/orders/1031"}}
	return web.NewBulkRun{
		Frame: f, Action: "confirm", Key: "77aa", Fields: []web.Field{{Name: "filter", Value: "status=CREATED"}, {Name: "newest", Value: "1048"}},
		Chosen: in(f.Reader, "Status Created, Customer ACME", "Estado Creado, Cliente ACME"), BackURL: "/backoffice/orders?status=CREATED",
		Orders: 200, Will: 188, Units: 4120, Cents: 41290520, Most: 10_000, UndoFor: time.Minute,
		Cannot:  []web.BulkGroup{{Why: in(f.Reader, "It is canceled.", "Está cancelado."), N: 7, Orders: orders}},
		Already: []web.BulkGroup{{Why: in(f.Reader, "It is confirmed already.", "Ya está confirmado."), N: 5, Orders: orders}},
	}
}

func bulkCancel(f web.Frame) web.NewBulkRun {
	view := bulkConfirm(f)
	view.Action, view.Most, view.Already = "cancel", 0, nil
	view.Returned, view.ReturnedMore = lines, 3
	view.Cancel = &web.Cancel{
		Frame: f, Reasons: []string{"CUSTOMER_REQUEST", "OUT_OF_STOCK", "PRICING_ERROR", "DUPLICATE", "FRAUD", "OTHER"}, Note: "Otra vez",
		Errors: []web.FieldError{{Field: "reason", Text: in(f.Reader, "Choose a reason.", "Elija un motivo.")}},
	}
	view.Notice = &web.Note{Kind: "bad", Title: "503", Text: in(f.Reader, "Try again.", "Pruebe otra vez.")}
	return view
}

func bulkRunning(f web.Frame) web.BulkRun {
	const address = "/backoffice/bulk-runs/7"
	var rows []web.BulkRow
	for _, one := range orders(f).Rows[3:8] {
		rows = append(rows, web.BulkRow{OrderRow: one, At: ago(2 * time.Second)})
	}
	return web.BulkRun{
		Frame: f, BulkSummary: web.BulkSummary{
			ID: 7, URL: address, Action: "confirm", Chosen: in(f.Reader, "Status Created", "Estado Creado"), Who: "Marta Tapia", Started: *ago(9 * time.Second),
			Orders: 200, Done: 91, Skipped: 2, Failed: 3,
		},
		ChosenURL: "/backoffice/orders?status=CREATED", RequestID: "9c01e2b7-51be-4c0d-9c01-e2b7c40d77e1", CSVURL: address + "?format=csv",
		Outcome: "done", ListURL: address + "?outcome=done", Rows: rows, Older: address + "?cursor=abc",
	}
}

func bulkEnded(f web.Frame) web.BulkRun {
	view := bulkRunning(f)
	view.Ended, view.Done, view.Skipped, view.Failed, view.DoneCents = ago(time.Second), 188, 5, 7, 41290520
	view.Outcome, view.ListURL, view.RetryKey, view.Reason = "failed", view.URL+"?outcome=failed", "88bb", in(f.Reader, "Duplicate", "Duplicado")
	view.Undo = &web.Undo{Key: "99cc", Until: Now.Add(59 * time.Second), Window: time.Minute}
	view.Notice = &web.Note{Kind: "info", Title: in(f.Reader, "This form has begun this run before.", "Este formulario ya había iniciado este lote.")}
	for i := range view.Rows {
		view.Rows[i].Why = in(f.Reader, "It is canceled.", "Está cancelado.")
	}
	view.Rows[1].Why = in(f.Reader, "Something went wrong on our side; nothing was changed.", "Algo falló por nuestra parte; no se cambió nada.")
	return view
}

func bulkRuns(f web.Frame) web.BulkRuns {
	ended, running := bulkEnded(f).BulkSummary, bulkRunning(f).BulkSummary
	undone := ended
	undone.Action, undone.Failed, undone.Chosen = "undo", 0, in(f.Reader, "what run 6 did", "lo que hizo el lote 6")
	return web.BulkRuns{Frame: f, Runs: []web.BulkSummary{running, ended, undone}, Newer: "/backoffice/bulk-runs?cursor=a", Older: "/backoffice/bulk-runs?cursor=b"}
}
