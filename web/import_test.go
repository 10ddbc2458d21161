package web

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestImport(t *testing.T) {
	page := render(t, Import{
		Frame: english(), Title: "Import products", Action: "/backoffice/products/import", Key: "77aa", Intro: "A row whose SKU is known changes that product.",
		Columns: []Fact{{"sku", Cell{Text: "SKU, required"}}}, ExampleURL: "/backoffice/products/import?example=csv", Errors: []FieldError{{"file", "Choose a file."}},
	}.Page())
	for _, part := range []string{
		`action="/backoffice/products/import" enctype="multipart/form-data"`, `name="key" value="77aa"`, "<code>sku</code>", "SKU, required", "Choose a file.",
		`href="/backoffice/products/import?example=csv"`, "A row whose SKU is known",
	} {
		require.Contains(t, page, part)
	}
	require.Regexp(t, `<input aria-describedby="file-error file-hint" aria-invalid="true" id="file" type="file" name="file" [^>]*autofocus`, page)
}

func importRun(status string) ImportRun {
	f := english()
	return ImportRun{
		Frame: f, Title: "Import products", File: "p.csv", Status: status, Rows: 1200, Total: 1200, Created: 188, Changed: 412, Unchanged: 600,
		Started: f.Now.Add(-time.Minute), Who: "Marta Tapia", AgainURL: "/backoffice/products/import", Key: "77aa", URL: "/backoffice/products/imports/4",
	}
}

// A page that is still being worked on is asked for again, by a script or a link; one that is done with is not.
func TestImportRunIsAskedForWhileItWorks(t *testing.T) {
	for status, works := range map[string]bool{"checking": true, "running": true, "away": true, "checked": false, "done": false, "failed": false} {
		page := render(t, importRun(status).Page())
		require.Equal(t, works, strings.Contains(page, `hx-get="/backoffice/products/imports/4" hx-trigger="every 1s"`), status)
		require.Equal(t, works, strings.Contains(page, `href="/backoffice/products/imports/4"`), status)
		require.Equal(t, !works, strings.Contains(page, `href="/backoffice/products/import"`), status)
		require.Equal(t, strings.HasPrefix(status, "check"), strings.Contains(page, "To create"), "%s: what a trial tells of is to come", status)
	}
}

func TestImportRun(t *testing.T) {
	run := importRun("checked")
	run.RunURL = "/backoffice/products/imports/4"
	run.Preview = []ImportRow{{Line: 3, Action: "change", Title: "ACE-OLI-5L", Changes: []Change{{"Price", "184.50", "189.90"}}}, {Line: 1007, Action: "create", Title: "VIN"}}
	page := render(t, run.Page())
	for _, part := range []string{
		`aria-valuemax="1200"`, `aria-valuenow="1200"`, "1,200 of 1,200 rows", "started by Marta Tapia today 15:42", "p.csv", "Import 600 rows", `href="#preview"`,
		"<del>184.50</del>", "<ins>189.90</ins>", "1,007",
	} {
		require.Contains(t, page, part)
	}
	require.Regexp(t, `<form method="post" action="/backoffice/products/imports/4"><input type="hidden" name="key" value="77aa">`, page)
	require.NotContains(t, page, `id="faults"`)

	run.RunURL, run.Refused, run.Unchanged, run.MoreFaults, run.FaultsURL = "", 12, 588, 10, "/backoffice/products/imports/4?format=csv"
	run.Faults = []ImportFault{{Line: 14, Column: "price_cents", Value: "gratis", Text: "Must be an amount."}, {Line: 100321, Text: "Has 7 values."}}
	page = render(t, run.Page())
	for _, part := range []string{"12 rows have something wrong", "gratis", "Must be an amount.", "100,321", "and 10 more", `href="#faults"`, `href="/backoffice/products/imports/4?format=csv"`} {
		require.Contains(t, page, part)
	}
	require.NotContains(t, page, "Import 6", "a file with faults cannot be taken")
	run.Notice = &Note{Kind: "bad", Title: "It stopped."}
	require.NotContains(t, render(t, run.Page()), "12 rows have something wrong", "what is known better is told instead")
}

// While nobody can tell how far it is, the page tells that and no figures.
func TestImportThatCannotBeSeen(t *testing.T) {
	page := render(t, importRun("away").Page())
	require.Contains(t, page, "Not reachable")
	require.NotContains(t, page, `role="progressbar"`)
	require.NotContains(t, page, "were not there before")
}

func TestImportsBefore(t *testing.T) {
	f := english()
	page := render(t, Import{Frame: f, Recent: []ImportDone{
		{URL: "/backoffice/products/imports/4", File: "<b>p.csv", Status: "checked", At: f.Now, Who: "Marta Tapia"}, {Status: "done", At: f.Now},
	}}.Page())
	for _, part := range []string{`href="/backoffice/products/imports/4"`, "&lt;b&gt;p.csv", "Not imported", "Marta Tapia", "A file without a name", "Finished"} {
		require.Contains(t, page, part)
	}
}

func TestFileOfFaultsSaysWhatItHas(t *testing.T) {
	run := importRun("checked")
	run.Faults, run.FaultsURL, run.FaultsKept = []ImportFault{{Line: 2, Text: "Wrong."}}, "?format=csv", 1000
	require.Contains(t, render(t, run.Page()), "The first 1,000 as CSV")
	run.FaultsKept = 0
	require.Contains(t, render(t, run.Page()), "All as CSV")
}

// The bar's parts follow one another, none too short to be seen; there are none while nobody knows of how many rows.
func TestPartsOfTheBar(t *testing.T) {
	parts, whole := partsOf(ImportRun{Total: 100_000, Rows: 50_003, Created: 50_000, Refused: 3})
	require.Equal(t, []part{{"ok", 0, 50_000}, {"bad", 50_000, 500}}, parts)
	require.EqualValues(t, 100_497, whole)
	parts, whole = partsOf(ImportRun{Guess: 1000, Rows: 340, Created: 340})
	require.Equal(t, []part{{"ok", 0, 340}}, parts)
	require.EqualValues(t, 1000, whole)
	parts, whole = partsOf(ImportRun{Rows: 340, Created: 340})
	require.Empty(t, parts)
	require.EqualValues(t, 1, whole)
	require.NotContains(t, render(t, ImportRun{Frame: english(), Status: "checking", Rows: 340}.Page()), "aria-valuenow")
}

// partsOf are the parts of a run's bar.
func partsOf(i ImportRun) ([]part, int64) { return inLine(i.lengths(), i.whole()) }
