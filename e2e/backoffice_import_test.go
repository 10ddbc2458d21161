package e2e

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"b2b.example/db/dbtest"
	"b2b.example/e2e/browser"
)

// The buttons of an import.
var (
	checkFile = browser.Button("Check the file")
	runImport = browser.Button("Import .* rows?")
	fileField = browser.ID("file")
)

// importFiles counts them, so that each test has rows of its own.
var importFiles atomic.Int64

// csvFile writes a file and gives its path. "#" in it is a number that no other file has.
func (d *desk) csvFile(content string) (path, number string) {
	d.t.Helper()
	number = fmt.Sprint("N", importFiles.Add(1), "-")
	path = filepath.Join(d.t.TempDir(), "goods.csv")
	require.NoError(d.t, os.WriteFile(path, []byte(strings.ReplaceAll(content, "#", number)), 0o600))
	return path, number
}

// upload sends a file from the page for it.
func upload(p *browser.Page, path string) {
	p.Choose(fileField, path)
	p.Leads(func() { p.Click(checkFile) })
}

// awaits sees an import come to a status, as the page tells it: by itself with scripts, or when it is loaded again.
func (d *desk) awaits(p *browser.Page, status string) {
	d.t.Helper()
	if d.noScripts {
		for range 200 {
			if strings.Contains(strings.ToLower(p.Text()), strings.ToLower(status)) {
				break
			}
			if p.Has(refresh) { // by its own means: a tap on a page that has not been drawn yet is lost
				p.Leads(func() { browser.Eval[bool](p, `document.querySelector("a.plain-only").click(), true`) })
			} else {
				p.Reload()
			}
		}
	}
	p.See(status)
}

var refresh = browser.Link("Refresh")

// rowsOf is how many rows of a table are some file's.
func (d *desk) rowsOf(query, number string) int64 {
	d.t.Helper()
	var n int64
	require.NoError(d.t, d.open().Read(d.t.Context()).Raw("SELECT COUNT(*) FROM "+query, number+"%").Scan(&n).Error)
	return n
}

// TestImportProducts: a file with faults is told of, row by row, and blocked; one that is put right is tried, and run once
// however often it is sent.
func TestImportProducts(t *testing.T) {
	everyWay(t, func(t *testing.T, d *desk) {
		p := d.visit("manager", "/products")
		require.Equal(t, "/backoffice/products/import", browser.Eval[string](p, `document.querySelector("a[href$='/products/import']").pathname`))
		p.Go("/backoffice/products/import")
		p.See("sku", "2 to 64 characters", "required for a new one", "taken for new ones only", "same SKU")
		p.Leads(func() { p.Click(checkFile) })
		p.See("Choose a file.")
		wrong, _ := d.csvFile("sku,colour,name\nA,b,c\n")
		upload(p, wrong)
		p.See("colour:", "Check the file")

		bad, number := d.csvFile("sku,name,price,stock\n#1,Chair,12.50,5\n#2,\"<script>alert(1)</script>\"\"'><svg onload=alert(3)>\",gratis,5\nA,Lamp,1,1\n")
		upload(p, bad)
		d.awaits(p, "nothing can be imported")
		p.See("3", "price", "gratis", "sku", "To create", "Nothing has been changed")
		require.False(t, p.Has(runImport))
		require.Zero(t, browser.Eval[int](p, "document.querySelectorAll('main script, main svg[onload]').length"))
		require.Zero(t, d.rowsOf("products WHERE sku LIKE ?", number))
		faults := d.do(http.MethodGet, d.wire.URL+browser.Eval[string](p, `(a => a.pathname + a.search)(document.querySelector("a[href$='format=csv']"))`), "", "",
			"Cookie", cookieText(d.cookie("manager")))
		require.Equal(t, http.StatusOK, faults.status)
		require.Contains(t, faults.body, "3,price,gratis,INVALID,")
		require.Contains(t, faults.body, "4,sku,A,TOO_SHORT,")

		good, number := d.csvFile("sku,name,price,stock\n#1,Chair,12.50,5\n#2,<b>Lamp</b>,3,0\n")
		p.Go("/backoffice/products/import")
		p.Choose(fileField, good)
		release, sent := d.wire.holdAnswers("/products/import")
		p.Leads(func() {
			p.DoubleClick(checkFile)
			release()
		})
		d.wire.with(nil)
		require.LessOrEqual(t, sent.Load(), int64(2))
		d.awaits(p, "Checked: nothing is changed yet")
		p.See("<b>Lamp</b>", "12.50", "To create")
		require.Zero(t, d.rowsOf("products WHERE sku LIKE ?", number))
		require.EqualValues(t, 1, d.rowsOf("imports WHERE status = 'CHECKED' AND created_rows = 2 AND preview LIKE ?", "%"+number))
		p.Reload()
		run := p.Path()
		p.Leads(func() { p.DoubleClick(runImport) })
		d.awaits(p, "Finished")
		require.Equal(t, run, p.Path())
		p.Reload()
		p.See("Finished", "2 of 2 rows", "Created")
		p.Back()
		d.wire.with(nil)
		p.Go(run)
		byHand(p, strings.TrimPrefix(run, "/backoffice"), map[string]string{"key": "again"})
		p.See("Finished", "2 of 2 rows")
		require.EqualValues(t, 2, d.rowsOf("products WHERE version = 1 AND sku LIKE ?", number))
		require.EqualValues(t, 1, d.rowsOf("stock_movements m JOIN products p ON p.id = m.product_id WHERE m.reason = 'INITIAL' AND m.delta = 5 AND p.sku LIKE ?", number))

		p.Go("/backoffice/products/import")
		p.See("Sent before", "goods.csv", "Finished")
		upload(p, good)
		d.awaits(p, "there is nothing to import")
		require.False(t, p.Has(runImport))
	})
}

func cookieText(c *http.Cookie) string { return c.Name + "=" + c.Value }

// TestImportCustomers: the file goes to the service that has the customers, and is followed there. While that is away, the
// page says so, and goes on when it is back.
func TestImportCustomers(t *testing.T) {
	everyWayApart(t, func(t *testing.T, d *desk) {
		p := d.visit("manager", "/customers/import")
		bad, _ := d.csvFile("name,email,phone\n#Ana,nobody,1\n")
		upload(p, bad)
		d.awaits(p, "nothing can be imported")
		p.See("nobody", "email")
		good, number := d.csvFile("name;email;phone\n#Ana;#ana@x.test;+34 600\n#Bea;#bea@x.test;\n")
		p.Go("/backoffice/customers/import")

		d.customers.end()
		p.Expect(`.*503.*`)
		upload(p, good)
		p.See("The customer records cannot be reached", "Choose the file again")
		d.customers.start()
		upload(p, good)
		d.awaits(p, "Checked: nothing is changed yet")
		run := p.Path()

		d.customers.end()
		p.Reload()
		p.See("We cannot see how far it is", "Not reachable")
		d.customers.start()
		d.awaits(p, "Checked: nothing is changed yet")
		p.Leads(func() { p.DoubleClick(runImport) })
		d.awaits(p, "Finished")
		require.Equal(t, run, p.Path())
		require.EqualValues(t, 2, d.rowsOf("customers WHERE version = 1 AND name LIKE ?", number))
		require.EqualValues(t, 2, d.rowsOf("events e JOIN customers c ON c.id = e.entity_id AND e.entity_type = 'customer' WHERE e.actor_name = 'Max Power' AND c.name LIKE ?", number))
		faults := d.do(http.MethodGet, d.wire.URL+strings.Replace(run, "imports/2", "imports/1", 1)+"?format=csv", "", "", "Cookie", cookieText(d.cookie("manager")))
		require.Contains(t, faults.body, "2,email,nobody,NOT_AN_EMAIL,")
	})
}

// TestWhoMayImport: nobody but managers, and no other site.
func TestWhoMayImport(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	d := h.desk(t, browser.Desktop, false)
	p := d.visit("operator", "/customers")
	require.Zero(t, browser.Eval[int](p, `document.querySelectorAll("a[href*=import]").length`))
	for _, path := range []string{"/customers/import", "/products/import", "/customers/imports/1"} {
		p.Go("/backoffice" + path)
		p.See("403")
	}
	for site, status := range map[string]int{"cross-site": http.StatusForbidden, "same-origin": http.StatusSeeOther} {
		answer := d.sendFile("/products/import", "sku,name,price\nAA-1,Chair,1\n", "Sec-Fetch-Site", site, "Cookie", cookieText(d.cookie("manager")))
		require.Equal(t, status, answer.status, "%s: %s", site, answer.body)
	}
	answer := d.sendFile("/products/import", "sku,name,price\n"+strings.Repeat("AA-1,Chair,1\n", 1_000_000), "Sec-Fetch-Site", "same-origin")
	require.Equal(t, http.StatusSeeOther, answer.status, "who is logged out is asked to log in, and the file is not kept")
	require.Contains(t, answer.header.Get("Location"), "/login?next=%2Fbackoffice%2Fproducts%2Fimport")
	require.EqualValues(t, 1, d.rowsOf("imports WHERE file_name LIKE ?", ""))
}

// TestImportRefusesLargeFiles: one whose columns are wrong is refused long before its end, and one that is too large at its
// end, here and by the service behind; the browser sees the answer.
func TestImportRefusesLargeFiles(t *testing.T) {
	t.Parallel()
	d := newHouse(t, dbtest.SQLite(t)).desk(t, browser.Desktop, false)
	headers := []string{"Sec-Fetch-Site", "same-origin", "Cookie", cookieText(d.cookie("manager"))}
	row := "Ana,ana@example.test," + strings.Repeat("x", 1000) + "\n"
	for _, path := range []string{"/products/import", "/customers/import"} {
		answer := d.sendFile(path, "name,shoe_size\n"+strings.Repeat(row, 20<<10), headers...)
		require.Equal(t, http.StatusUnprocessableEntity, answer.status, path)
		require.Contains(t, answer.body, "shoe_size: ")
		answer = d.sendFile(path, "name\n"+strings.Repeat(row, 104<<10), headers...)
		require.Equal(t, http.StatusRequestEntityTooLarge, answer.status, path)
		require.Contains(t, answer.body, "at most 100 MB")
	}
	var rows int64
	require.NoError(t, d.open().Read(t.Context()).Raw("SELECT COUNT(*) FROM imports WHERE status <> 'UPLOADING'").Scan(&rows).Error)
	require.Zero(t, rows)
}

// sendFile sends a file by hand, as a browser sends a form of one; it follows no redirect.
func (d *desk) sendFile(path, content string, headers ...string) reply {
	d.t.Helper()
	form := "--x\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nby-hand\r\n--x\r\n" +
		"Content-Disposition: form-data; name=\"file\"; filename=\"goods.csv\"\r\nContent-Type: text/csv\r\n\r\n" + content + "\r\n--x--\r\n"
	request, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, d.orders[0].url()+"/backoffice"+path, strings.NewReader(form))
	require.NoError(d.t, err)
	request.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(d.t, err)
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	require.NoError(d.t, err)
	return reply{status: answer.StatusCode, header: answer.Header, body: string(body)}
}
