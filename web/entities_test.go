package web

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNavigation(t *testing.T) {
	f := english()
	f.Section, f.Waiting = "orders", Count{N: 23}
	page := render(t, Entities{Frame: f}.Page())
	nav := page[strings.Index(page, "<nav"):strings.Index(page, "</nav>")]
	require.Equal(t, 2, strings.Count(nav, "<a "), "the dashboard and the orders")
	require.Regexp(t, `href="/backoffice/orders"[^>]* aria-current="page"`, nav)
	require.Contains(t, nav, "23")

	f.Section, f.Nav = "suppliers", []NavItem{
		{Section: "suppliers", Label: "Suppliers", URL: "/backoffice/suppliers", Count: Count{N: 1000, Over: true}},
		{Section: "operators", Label: "Operators", URL: "/backoffice/operators", Icon: "user-cog", Apart: true},
	}
	page = render(t, Entities{Frame: f}.Page())
	nav = page[strings.Index(page, "<nav"):strings.Index(page, "</nav>")]
	require.NotContains(t, nav, "/backoffice/orders")
	require.Regexp(t, `href="/backoffice/suppliers"[^>]* aria-current="page"`, nav)
	require.Equal(t, 1, strings.Count(nav, "aria-current"))
	require.Regexp(t, `href="/backoffice/operators"[^>]* class="apart"`, nav)
	for _, part := range []string{"#table-2", "#user-cog", "1,000+"} {
		require.Contains(t, nav, part)
	}
}

func suppliers() Entities {
	const list = "/backoffice/suppliers"
	return Entities{
		Frame: english(), Title: "Suppliers", URL: list, NewURL: list + "/new", NewLabel: "New supplier", CSVURL: list + "?format=csv",
		ImportURL: list + "/import", Searchable: true, SearchHint: "Name, E-mail", Kept: []Field{{"sort", "name"}}, ClearURL: list, AllURL: list + "?search=a%26b",
		Filters: []Filter{
			{Label: "Preferred", Options: []Link{{"Yes", list + "?preferred=true"}, {"No", list + "?preferred=false"}}},
			{Label: "Owner"}, // nothing to choose, nothing chosen
		},
		Columns: []Column{
			{Label: "Name", SortURL: list + "?sort=-name", Sorted: "ascending"}, {Label: "Credit, USD", Number: true, SortURL: list + "?sort=-credit_cents"},
			{Label: "Preferred"}, {Label: "Belongs to"},
		},
		Rows: []EntityRow{
			{URL: list + "/12", Muted: true, Badge: "Archived", Cells: []Cell{{Text: "Sur"}, {Text: "1,500.00", Kind: "number"}, {Text: "Yes", Kind: "yes"}, {Text: "Andino", URL: list + "/3"}}},
			{URL: list + "/13", Cells: []Cell{{}, {}, {Text: "No", Kind: "no"}, {}}},
		},
		Older: list + "?cursor=abc",
	}
}

// A list is reached by its links alone: each row, each order, each filter, its files and its pages.
func TestEntities(t *testing.T) {
	page := render(t, suppliers().Page())
	for _, part := range []string{
		`<input type="hidden" name="sort" value="name">`, `placeholder="Name, E-mail"`, `aria-label="Suppliers"`, `aria-sort="ascending"`, `aria-sort="none"`,
		`href="/backoffice/suppliers?sort=-name"`, `href="/backoffice/suppliers/12">Sur</a>`, `href="/backoffice/suppliers/13">—</a>`, "Archived",
		`href="/backoffice/suppliers/3">Andino</a>`, `href="/backoffice/suppliers?preferred=true"`, `href="/backoffice/suppliers?format=csv"`,
		`href="/backoffice/suppliers/import"`, `href="/backoffice/suppliers?cursor=abc" rel="next"`, `aria-disabled="true"`, "2 rows",
	} {
		require.Contains(t, page, part)
	}
	require.Regexp(t, `href="/backoffice/suppliers/new"[^>]* aria-keyshortcuts="n"`, page)
	require.Regexp(t, `<td role="cell" class="cut number"[^>]*>.*1,500\.00`, page)
	require.Regexp(t, `<th role="columnheader" class="word" |<th role="columnheader" class="cut word"`, page, "a column is as wide as what is in it needs")
	require.NotContains(t, page, "Owner", "a filter that nothing can be chosen in is none")

	view := suppliers()
	view.NewURL, view.CSVURL, view.ImportURL = "", "", ""
	page = render(t, view.Page())
	for _, part := range []string{"/new", "format=csv", "/import"} {
		require.NotContains(t, page, part, "who may not is not offered to")
	}
}

// What is not found, what is not there, and what cannot be had are three things.
func TestEmptyEntities(t *testing.T) {
	view := suppliers()
	view.Rows, view.Older = nil, ""
	never := render(t, view.Page())
	require.Contains(t, never, "Nothing here yet")
	require.Equal(t, 2, strings.Count(never, `href="/backoffice/suppliers/new"`), "it names its first action")

	view.Filtered, view.Filters[0].Value, view.Filters[0].RemoveURL = true, "Yes", "/backoffice/suppliers?sort=name"
	filtered := render(t, view.Page())
	require.Contains(t, filtered, "Nothing here with this filter")
	require.Contains(t, filtered, "Preferred Yes")
	require.Contains(t, filtered, `aria-label="Remove filter: Preferred Yes"`)
	require.Regexp(t, `href="/backoffice/suppliers\?preferred=true" aria-current="true"`, filtered)

	view.Search = "a&b"
	sought := render(t, view.Page())
	require.Contains(t, sought, "Nothing matches “a&amp;b”")
	require.Contains(t, sought, `href="/backoffice/suppliers?search=a%26b"`, "the same without filters")
	require.Contains(t, sought, "the beginning of: Name, E-mail")

	view.Away, view.Note = true, &Note{Kind: "bad", Title: "Suppliers are unavailable."}
	away := render(t, view.Page())
	require.Contains(t, away, "Suppliers are unavailable.")
	require.NotContains(t, away, "Nothing", "nobody knows whether there is nothing")
}

func TestEntity(t *testing.T) {
	f := english()
	view := Entity{
		Frame: f, Title: "Sur", Kind: "Supplier", BackURL: "/backoffice/suppliers", BackLabel: "Suppliers", Badge: "Archived",
		Facts: []Fact{
			{"Name", Cell{Text: "Sur", Kind: "text"}}, {"Credit, USD", Cell{Text: "1,500.00", Kind: "number"}}, {"Phone", Cell{}},
			{"Address", Cell{Text: "one\ntwo", Kind: "lines"}}, {"Belongs to", Cell{Text: "Andino", URL: "/backoffice/suppliers/3"}},
		},
		EditURL: "/backoffice/suppliers/12/edit", Actions: []EntityAction{{Label: "Delete supplier…", URL: "/backoffice/suppliers/12/delete", Danger: true, Hint: "For good."}},
		Related: []Link{{"All their products", "/backoffice/products?supplier_id=12"}},
		Timeline: []Happening{
			{Action: "stock_adjusted", Who: "Ana", At: f.Now, Channel: "UI"}, {Action: "no_such_action", Who: "Luis", At: f.Now, Channel: "API"},
			{Action: "created", Who: "ERP", At: f.Now.AddDate(0, 0, -3), Channel: "API", Changes: []Change{{Label: "Name", New: "Sur"}}},
		},
		EarlierCount: 7, Done: &Note{Kind: "ok", Title: "Saved"},
	}
	page := render(t, view.Page())
	for _, part := range []string{
		`<dd class="figure">1,500.00</dd>`, `<span class="none">—</span>`, "<span class=\"typed\">one\ntwo</span>", `href="/backoffice/suppliers/3">Andino</a>`,
		`href="/backoffice/suppliers/12/edit"`, `href="/backoffice/products?supplier_id=12"`, "For good.", "and 7 earlier events",
		"<b>Ana</b> adjusted the stock", "<b>Luis</b> changed it", "<b>ERP</b> created it", "18 Nov 15:43:00", `role="status"`,
	} {
		require.Contains(t, page, part)
	}
	require.Regexp(t, `<a class="button danger wide" href="/backoffice/suppliers/12/delete" data-dialog="question"`, page)
	require.Less(t, strings.Index(page, "1,500.00"), strings.Index(page, ">Sur</dd>"), "figures come first")

	page = render(t, Entity{Frame: f, Title: "Sur", Reason: "Your role can look."}.Page())
	require.Contains(t, page, "Your role can look.")
	require.NotContains(t, page, "/edit")
	require.NotContains(t, page, `id="timeline"`)
	require.NotContains(t, render(t, Entity{Frame: f, Title: "Sur"}.Page()), `id="actions"`, "there is nothing to be done or said")
}

// A question is a form that a dialog can show: it is sent by its one button, and left by every other way.
func TestQuestion(t *testing.T) {
	q := Question{
		Frame: english(), Title: "Delete Sur?", Text: "For good.", BackURL: "/backoffice/suppliers/12", BackLabel: "Keep supplier", Action: "/backoffice/suppliers/12/delete",
		Key: "9c1e", Version: 3, Label: "Delete supplier", Danger: true, Icon: "trash-2",
	}
	page := render(t, q.Page())
	_, question, _ := strings.Cut(page, `id="question"`)
	for _, part := range []string{
		`action="/backoffice/suppliers/12/delete"`, `name="key" value="9c1e"`, `name="version" value="3"`, `<button class="button danger filled" name="do" value="save">`,
		"#trash-2", "For good.",
	} {
		require.Contains(t, question, part)
	}
	require.Equal(t, 2, strings.Count(question, "data-close"))
	require.Regexp(t, `<a [^>]*href="/backoffice/suppliers/12"[^>]* autofocus`, question, "Enter keeps it")

	q.Inputs = []Input{{Name: "note", Label: "Reason", Kind: "lines", Required: true}, {Name: "parent_id", Label: "Heir", Kind: "reference"}}
	_, question, _ = strings.Cut(render(t, q.Page()), `id="question"`)
	require.Regexp(t, `<textarea[^>]* autofocus`, question)
	require.NotContains(t, question, "hx-", "it has no page of its own to take an answer into")
}
