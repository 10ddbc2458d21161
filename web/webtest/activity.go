package webtest

import (
	"time"

	"b2b.example/web"
)

const activityURL = "/backoffice/activity"

func activity(f web.Frame) web.Activity {
	f.Section = "activity"
	happened := func(minutes int, action, who, words, subject string, changes ...web.Change) web.ActivityRow {
		return web.ActivityRow{
			Happening: web.Happening{
				Action: action, Who: who, At: *ago(time.Duration(minutes) * time.Minute), Channel: "UI", RequestID: "req-7f3a91c2",
				RequestURL: activityURL + "?request_id=req-7f3a91c2", Changes: changes,
			},
			Words: words, Subject: web.Link{Label: subject, URL: "/backoffice/orders/1042"},
			WhoURL: activityURL + "?actor=operator%3A2",
		}
	}
	rows := []web.ActivityRow{
		happened(3, "confirmed", "Marta Tapia", "page.happened.", "Order 1042", web.Change{Label: "Status", Old: "Created", New: "Confirmed"}),
		happened(9, "updated", "Ana Ruiz", "page.happened.it.", "Product ACE-OLI-5L · Aceite de oliva virgen, lata 5 L",
			web.Change{Label: "Price", Old: "179.00", New: "184.50"}, web.Change{Label: "Low stock at", Old: "10", New: "25"}),
		happened(61, "created", "ERP Núñez", "page.happened.", "Order 1042", web.Change{Label: "Total", New: "$4,599.00"}),
		happened(4000, "deleted", "The system", "page.happened.it.", "shelf 7"),
	}
	rows[2].Channel, rows[2].Key = "API", "erp-88123"
	rows[3].Channel, rows[3].Subject.URL, rows[3].RequestURL, rows[3].RequestID = "SYSTEM", "", "", ""
	options := []web.Link{{Label: "Marta Tapia", URL: activityURL + "?actor=operator%3A2"}, {Label: "ERP Núñez", URL: activityURL + "?actor=operator%3A4"}}
	return web.Activity{
		Frame: f, Rows: rows, Older: activityURL + "?cursor=abc", ClearURL: activityURL, CSVURL: activityURL + "?format=csv",
		Filters: []web.Filter{
			{Label: f.T("page.activity.who"), Options: options}, {Label: f.T("page.activity.entity"), Options: options[:1]},
		},
		Days: &web.DaysFilter{URL: activityURL, FirstLabel: f.T("page.activity.from_day"), LastLabel: f.T("page.activity.to_day")},
	}
}

func activityFiltered(f web.Frame) web.Activity {
	view := activity(f)
	view.Filters[0].Value, view.Filters[0].RemoveURL, view.Filters = "Marta Tapia", activityURL, view.Filters[:1]
	view.Chips = []web.Chip{{Name: f.T("page.activity.from_day"), Value: "20 Nov", RemoveURL: activityURL + "?actor=operator%3A2"}}
	view.Days.Kept = []web.Field{{Name: "actor", Value: "operator:2"}}
	view.Newer, view.Older = activityURL+"?cursor=def", ""
	return view
}

func activityNever(f web.Frame) web.Activity {
	view := activity(f)
	view.Rows, view.Older, view.Filters = nil, "", nil
	return view
}
