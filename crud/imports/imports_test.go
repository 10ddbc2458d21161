package imports_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/crud"
	"b2b.example/crud/imports"
	"b2b.example/crud/rest"
	"b2b.example/db"
	"b2b.example/db/dbtest"
	"b2b.example/kit"
	"b2b.example/kit/kittest"
)

// Product has what a file is tried with: a text that is unique as it is typed, an amount, a number that a file gives to
// new rows only, a default, yes or no.
type Product struct {
	db.Entity
	SKU, Name  string
	PriceCents int64
	Stock      int64
	LowStockAt int64
	Archived   bool
}

var products = crud.Resource[Product]{
	Name: "product", Plural: "products", Write: "manager",
	Title: func(p *Product) string { return p.SKU + " " + p.Name },
	Fields: func(p *Product) []*crud.Field {
		return []*crud.Field{
			crud.Text(&p.SKU).Required().Len(2, 64).Printable().Search().Sort().Unique(),
			crud.Text(&p.Name).Required().Len(2, 180).Search(),
			crud.Money(&p.PriceCents).Required().Between(1, 1e11).Sort(),
			crud.Int(&p.Stock).Between(0, 1e12).OnlyNew(),
			crud.Int(&p.LowStockAt).Between(0, 1e12).Default(int64(10)),
			crud.Bool(&p.Archived),
		}
	},
}

// Customer is unique by an address whose case does not count, and is deleted softly.
type Customer struct {
	db.Entity
	Name, Email, Phone, TaxID string
}

var customers = crud.Resource[Customer]{
	Name: "customer", Plural: "customers", Write: "manager", Deletion: crud.Soft,
	Title: func(c *Customer) string { return c.Name },
	Fields: func(c *Customer) []*crud.Field {
		return []*crud.Field{
			crud.Text(&c.Name).Required().Len(2, 120).Printable().Search().Sort(),
			crud.Email(&c.Email).Required().Search().Unique(),
			crud.Text(&c.Phone).Len(0, 40).Printable(),
			crud.Text(&c.TaxID).Len(0, 40).Printable(),
		}
	},
}

// world is a service with imports. Its worker runs when a test says so, or until the test ends.
type world struct {
	*kittest.Server
	t                         testing.TB
	db                        *db.DB
	app                       *kit.App
	manager, operator, viewer string
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	return serve(t, d, imports.Serve[Customer], imports.Serve[Product])
}

// newIdleWorld is a world that stores files and does not work at them.
func newIdleWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	return serve(t, d, imports.ServeIdle[Customer], imports.ServeIdle[Product])
}

func serve(
	t *testing.T, d *db.DB, people func(*kit.App, *crud.Table[Customer]) imports.Store, things func(*kit.App, *crud.Table[Product]) imports.Store,
) *world {
	t.Helper()
	sessions := &kittest.Sessions{}
	app := kit.New(kit.Options{Name: "shop", Version: "1", Settings: kittest.Settings(), Sessions: sessions, Now: d.Now, Log: slog.New(slog.DiscardHandler)})
	customers, products := crud.NewTable(d, customers), crud.NewTable(d, products)
	people(app, customers)
	things(app, products)
	rest.Serve(app, customers)
	rest.Serve(app, products)
	w := &world{t: t, db: d, app: app, manager: sessions.Add(t, 1, kit.Manager), operator: sessions.Add(t, 2, kit.Operator), viewer: sessions.Add(t, 3, kit.Viewer)}
	w.Server = kittest.Serve(t, app)
	return w
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(newWorld(t, d)) })
}

// send uploads a file.
func (w *world) send(path, file string, header map[string]string) *kittest.Response {
	w.t.Helper()
	return w.stream(path, strings.NewReader(file), header)
}

func (w *world) stream(path string, file io.Reader, header map[string]string) *kittest.Response {
	w.t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, w.URL+path, file)
	require.NoError(w.t, err)
	request.Header.Set("Content-Type", "text/csv")
	request.Header.Set("Authorization", "Bearer "+w.manager)
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(w.t, err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	require.NoError(w.t, err)
	return &kittest.Response{Status: response.StatusCode, Header: response.Header, Body: body}
}

// begun uploads a file that is taken, and gives its import.
func (w *world) begun(path, file string) imports.Report {
	w.t.Helper()
	r := w.send(path, file, nil)
	require.Equal(w.t, 202, r.Status, "%s", r.Body)
	var report imports.Report
	r.JSON(w.t, &report)
	return report
}

// ended waits until an import is no longer worked at.
func (w *world) ended(plural string, id int64) imports.Report {
	w.t.Helper()
	for deadline := time.Now().Add(100 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		report := w.report(plural, id)
		if report.Status != imports.Checking && report.Status != imports.Running {
			return report
		}
		require.True(w.t, time.Now().Before(deadline), "the import does not end: %+v", report)
	}
}

func (w *world) report(plural string, id int64) imports.Report {
	w.t.Helper()
	var report imports.Report
	w.Do(w.t.(*testing.T), kittest.Case{Path: fmt.Sprintf("/%s/imports/%d", plural, id), As: w.manager, Status: 200}).JSON(w.t, &report)
	return report
}

// took uploads a file and waits for its end.
func (w *world) took(path, file string) imports.Report {
	w.t.Helper()
	plural, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return w.ended(plural, w.begun(path, file).ID)
}

// counts are what became of the rows: created, changed, unchanged, refused.
func counts(r imports.Report) [4]int64 { return [4]int64{r.Created, r.Changed, r.Unchanged, r.Refused} }

func faultsOf(r imports.Report) []string {
	faults := []string{}
	for _, f := range r.Faults {
		faults = append(faults, fmt.Sprintf("%d %s %q %s", f.Line, f.Column, f.Value, f.Code))
	}
	return faults
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	require.NoError(w.t, w.db.Tx(context.Background(), func(tx *db.Tx) error { return tx.Exec(sql, args...).Error }))
}

// all gives one text for each row of a table.
func (w *world) all(sql string) []string {
	w.t.Helper()
	return all(w.t, w.db, sql)
}

func all(t testing.TB, d *db.DB, sql string) []string {
	t.Helper()
	rows := []string{}
	require.NoError(t, d.Read(context.Background()).Raw(sql).Scan(&rows).Error)
	return rows
}

const (
	stocked  = "SELECT CONCAT(id, ' ', sku, ' ', name, ' ', price_cents, ' ', stock, ' ', low_stock_at, ' ', archived, ' v', version) FROM products ORDER BY id"
	eventsOf = "SELECT CONCAT(entity_type, ' ', entity_id, ' ', action, ' ', actor, ' ', actor_name, ' ', channel, ' ', request_id) FROM events ORDER BY id"
)

func TestImport(t *testing.T) {
	each(t, func(w *world) {
		first := w.took("/products/imports?file_name=goods.csv", "sku,name,price,stock\nAA-1,Chair,12.50,5\nAA-2,Table,100,0\n")
		require.Equal(w.t, imports.Done, first.Status)
		require.Equal(w.t, [4]int64{2, 0, 0, 0}, counts(first))
		require.Equal(w.t, "goods.csv", first.FileName)
		require.Equal(w.t, first.Bytes, first.Position)
		require.Equal(w.t, []string{"1 AA-1 Chair 1250 5 10 0 v1", "2 AA-2 Table 10000 0 10 0 v1"}, w.all(stocked))

		w.exec("UPDATE products SET stock = 3 WHERE id = 1") // sold since
		second := w.took("/products/imports", "\ufeffid;sku;name;price;stock;low_stock_at;archived\r\n1;AA-1;Chair;12,50;99;;VERDADERO\r\n;AA-2;\"Big \"\"T\"\"\";100,5;99;4;\r\n;;;;;;\r\n;AA-3;Lamp;7;8;;no")
		require.Empty(w.t, second.Faults)
		require.Equal(w.t, [4]int64{1, 2, 0, 0}, counts(second))
		want := []string{"1 AA-1 Chair 1250 3 10 1 v2", `2 AA-2 Big "T" 10050 0 4 0 v2`, "3 AA-3 Lamp 700 8 10 0 v1"}
		require.Equal(w.t, want, w.all(stocked), "the stock of what is there is left alone")

		again := w.took("/products/imports", "price_cents\tsku\tversion\n1250\tAA-1\t77\n10050\tAA-2\t77\n700\tAA-3\t1\n")
		require.Equal(w.t, [4]int64{0, 0, 3, 0}, counts(again))
		require.Equal(w.t, want, w.all(stocked))
		require.Len(w.t, w.all(eventsOf), 5)
		require.Equal(w.t, 5, strings.Count(strings.Join(w.all(eventsOf), "\n"), "operator:1 Ana Ruiz API"), "%v", w.all(eventsOf))
	})
}

// What is wrong with one row is told, and does not hold up the others.
func TestFaults(t *testing.T) {
	head, good := "sku,name,price,archived\n", "ZZ-9,Good,1,true\n"
	var cases []func(w *world)
	for name, one := range map[string]struct {
		rows   string
		faults []string
	}{
		"several at once":       {"A,x,0,maybe\n", []string{`2 sku "A" TOO_SHORT`, `2 name "x" TOO_SHORT`, `2 price "0" TOO_SMALL`, `2 archived "maybe" INVALID`}},
		"an ambiguous amount":   {"AA-1,Chair,\"1,234\",\n", []string{`2 price "1,234" INVALID`}},
		"nothing where it must": {",,,true\n", []string{`2 sku "" REQUIRED`, `2 name "" REQUIRED`, `2 price "" REQUIRED`}},
		"cells":                 {"AA-1,Chair\nAA-2,Table,1,,,\n", []string{`2  "" CELLS`, `3  "" CELLS`}},
		"quotes":                {"A\"A,Chair,1,\n\"AA\"-1,Chair,1,\n", []string{`2  "" QUOTES`, `3  "" QUOTES`}},
		"a quote without end":   {"\"AA-1,Chair,1,\nAA-2,Lamp,1,no\n", []string{`2  "" QUOTES`}},
		"broken UTF-8":          {"AA-1,Ch\xffir,1,\n", []string{`2  "" NOT_UTF8`}},
		"NUL":                   {"AA-1,Ch\x00ir,1,\n", []string{`2  "" CONTROL_CHARACTER`}},
		"a line too long":       {"AA-1," + strings.Repeat("x", 3<<20) + ",1,\n", []string{`2  "" LINE_TOO_LONG`}},
		"a long value":          {"AA-1," + strings.Repeat("ñ", 1000) + ",1,\n", []string{`2 name "` + strings.Repeat("ñ", 200) + `" TOO_LONG`}},
		"the same twice":        {"AA-1,Chair,1,no\nAA-1,Other,2,no\n", []string{`3 sku "AA-1" REPEATED`}},
		"lines within quotes":   {"AA-1,\"Chair\nwith\r\nlines\",1,no\nA,Chair,1,no\n", []string{`5 sku "A" TOO_SHORT`}},
	} {
		cases = append(cases, func(w *world) {
			report := w.took("/products/imports", head+one.rows+good)
			require.Equal(w.t, one.faults, faultsOf(report), name)
			require.Equal(w.t, imports.Done, report.Status, name)
			require.Contains(w.t, w.all("SELECT sku FROM products"), "ZZ-9", name)
			for _, f := range report.Faults {
				require.NotContains(w.t, f.Detail, "field.")
				require.NotContains(w.t, f.Detail, "<no value>")
			}
			w.exec("DELETE FROM products")
		})
	}
	each(t, func(w *world) {
		for _, one := range cases {
			one(w)
		}
	})
}

func TestRowsFindTheirEntities(t *testing.T) {
	each(t, func(w *world) {
		w.took("/customers/imports", "name,email\nAna,ana@x.test\nBea,bea@x.test\nGone,gone@x.test\n")
		w.Do(w.t.(*testing.T), kittest.Case{Method: "DELETE", Path: "/customers/3", As: w.manager, Header: map[string]string{"If-Match": "*"}, Status: 204})
		report := w.took("/customers/imports", strings.Join([]string{
			"id,name,email,phone",
			",Ana R,ANA@x.test,1",    // by its address, in whatever case
			"2,Bea,ana@x.test,",      // that is another's
			"9,Nobody,no@x.test,",    // there is none
			"x,Nobody,no@x.test,",    // no id
			"3,Gone,gone@x.test,",    // deleted
			",Back,gone@x.test,",     // its address is free
			"2,Bea B,bea2@x.test,2",  // by its id
			",Bea,bea@x.test,",       // the address that it had: the same once more
			",Ana,ana@x.test,",       // once more
			",Later,Later@x.test,+5", // new
		}, "\n"))
		require.Equal(w.t, [4]int64{2, 2, 0, 6}, counts(report), "%v", faultsOf(report))
		require.Equal(w.t, []string{
			`3 email "ana@x.test" TAKEN`, `4 id "9" NOT_FOUND`, `5 id "x" ID_INVALID`, `6 id "3" NOT_FOUND`,
			`9 email "bea@x.test" REPEATED`, `10 email "ana@x.test" REPEATED`,
		}, faultsOf(report))
		require.Equal(w.t, []string{
			"1 Ana R ANA@x.test 1", "2 Bea B bea2@x.test 2", "4 Back gone@x.test ", "5 Later Later@x.test +5",
		}, w.all("SELECT CONCAT(id, ' ', name, ' ', email, ' ', phone) FROM customers WHERE deleted_at IS NULL ORDER BY id"))
	})
}

// A file whose columns are not understood is refused as a whole, with all of them.
func TestFilesThatAreRefused(t *testing.T) {
	each(t, func(w *world) {
		t := w.t.(*testing.T)
		for file, want := range map[string][]string{
			"sku,colour,name,size\n":       {"colour:COLUMN_UNKNOWN", "size:COLUMN_UNKNOWN"},
			"sku,name,SKU\n":               {"SKU:COLUMN_REPEATED"},
			"price,price_cents,sku\n":      {"price_cents:COLUMN_REPEATED"},
			"id,version\n":                 {":HEADER_UNREADABLE"},
			"\"sku\n":                      {":HEADER_UNREADABLE"},
			"sku,na\xffme\n":               {":HEADER_UNREADABLE"},
			strings.Repeat("a", 100) + ",": {strings.Repeat("a", 100) + ":COLUMN_UNKNOWN", ":COLUMN_UNKNOWN"},
		} {
			r := w.send("/products/imports", file, nil)
			require.Equal(t, 422, r.Status, "%q %s", file, r.Body)
			var found []string
			for _, one := range r.Problem(t).Errors {
				found = append(found, one.Field+":"+one.Code)
				require.NotContains(t, one.Detail, "field.")
			}
			require.Equal(t, want, found, "%q", file)
		}
		for name, one := range map[string]struct {
			file   string
			header map[string]string
			path   string
			status int
			code   string
		}{
			"nothing":        {"", nil, "", 400, "BODY_REQUIRED"},
			"only a BOM":     {"\ufeff", nil, "", 400, "BODY_REQUIRED"},
			"JSON":           {"{}", map[string]string{"Content-Type": "application/json"}, "", 415, "MEDIA_TYPE_UNSUPPORTED"},
			"Latin-1":        {"sku\n", map[string]string{"Content-Type": "text/csv; charset=iso-8859-1"}, "", 415, "MEDIA_TYPE_UNSUPPORTED"},
			"packed":         {"sku\n", map[string]string{"Content-Encoding": "gzip"}, "", 415, "CONTENT_ENCODING_UNSUPPORTED"},
			"a stranger":     {"sku\n", map[string]string{"Authorization": ""}, "", 401, "UNAUTHENTICATED"},
			"no manager":     {"sku\n", map[string]string{"Authorization": "Bearer " + w.operator}, "", 403, "FORBIDDEN"},
			"an odd form":    {"sku\n", map[string]string{"Content-Type": "multipart/form-data; boundary=x"}, "", 400, "BODY_REQUIRED"},
			"what is unsaid": {"sku\n", nil, "?dry=1", 400, "PARAMETER_UNKNOWN"},
		} {
			r := w.send("/products/imports"+one.path, one.file, one.header)
			require.Equal(t, one.status, r.Status, "%s: %s", name, r.Body)
			require.Equal(t, one.code, r.Problem(t).Code, name)
		}
		require.Empty(t, w.all("SELECT id FROM imports"))
	})
}

func TestTrialThenRun(t *testing.T) {
	each(t, func(w *world) {
		t := w.t.(*testing.T)
		w.took("/products/imports", "sku,name,price\nAA-1,Chair,1\nAA-2,Table,2\n")
		file := "sku,name,price,stock\nAA-1,Chair,1,7\nAA-2,Desk,3,7\nAA-3,Lamp,4,7\nAA-3,Same,4,7\nA,Lamp,4,7\n"
		before := w.all(stocked)
		trial := w.took("/products/imports?dry_run=true", file)
		require.Equal(t, imports.Checked, trial.Status)
		require.True(t, trial.DryRun)
		require.Equal(t, [4]int64{1, 1, 1, 2}, counts(trial))
		require.Equal(t, []string{`5 sku "AA-3" REPEATED`, `6 sku "A" TOO_SHORT`}, faultsOf(trial))
		require.Equal(t, before, w.all(stocked), "nothing is written")
		require.Len(t, trial.Preview, 2)
		require.Equal(t, "changed", trial.Preview[0].Action)
		require.Equal(t, "AA-2 Desk", trial.Preview[0].Title)
		require.Equal(t, map[string]imports.Difference{"name": {Old: "Table", New: "Desk"}, "price_cents": {Old: float64(200), New: float64(300)}}, trial.Preview[0].Changes)
		require.Nil(t, trial.Preview[1].ID)
		require.Equal(t, int64(4), trial.Preview[1].Line)

		run := kittest.Case{Method: "POST", Path: fmt.Sprintf("/products/imports/%d/run", trial.ID), As: w.manager, Header: map[string]string{"Idempotency-Key": "run"}, Status: 202}
		w.Do(t, run)
		w.Do(t, run)
		done := w.ended("products", trial.ID)
		require.Equal(t, imports.Done, done.Status)
		require.Equal(t, counts(trial), counts(done))
		require.Equal(t, faultsOf(trial), faultsOf(done))
		require.Equal(t, []string{"1 AA-1 Chair 100 0 10 0 v1", "2 AA-2 Desk 300 0 10 0 v2", "3 AA-3 Lamp 400 7 10 0 v1"}, w.all(stocked))
		run.Header = nil
		run.Status, run.Code = 409, "IMPORT_NOT_CHECKED"
		w.Do(t, run)
		w.Run(t, []kittest.Case{
			{Name: "none", Path: "/products/imports/99", As: w.manager, Status: 404},
			{Name: "another table's", Path: fmt.Sprintf("/customers/imports/%d", trial.ID), As: w.manager, Status: 404},
			{Name: "no manager", Path: fmt.Sprintf("/products/imports/%d", trial.ID), As: w.operator, Status: 403},
			{Name: "list", Path: "/products/imports?limit=1", As: w.manager, Status: 200, Check: func(t *testing.T, r *kittest.Response) {
				require.Contains(t, string(r.Body), fmt.Sprintf(`"data":[{"id":%d,`, trial.ID))
				require.NotContains(t, string(r.Body), `"next_cursor":null`)
			}},
			{Name: "no such cursor", Path: "/products/imports?cursor=x", As: w.manager, Status: 400, Code: "CURSOR_INVALID"},
		})
	})
}

func TestAnUploadHappensOnce(t *testing.T) {
	each(t, func(w *world) {
		file, key := "sku,name,price\nAA-1,Chair,1\n", map[string]string{"Idempotency-Key": "k1"}
		first := w.send("/products/imports", file, key)
		require.Equal(w.t, 202, first.Status)
		again := w.send("/products/imports", file, key)
		require.Equal(w.t, string(first.Body), string(again.Body))
		require.Equal(w.t, "true", again.Header.Get("Idempotent-Replayed"))
		require.Equal(w.t, "/products/imports/1", again.Header.Get("Location"))
		other := w.send("/products/imports", file+"AA-2,Table,2\n", key)
		require.Equal(w.t, 422, other.Status)
		require.Equal(w.t, "IDEMPOTENCY_KEY_REUSED", other.Problem(w.t).Code)
		w.ended("products", 1)
		require.Len(w.t, w.all("SELECT id FROM products"), 1)

		form := "--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n1\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"más.csv\"\r\n\r\n" +
			"sku,name,price\nAA-9,Form,9\n\r\n--x--\r\n"
		r := w.send("/products/imports", form, map[string]string{"Content-Type": "multipart/form-data; boundary=x"})
		require.Equal(w.t, 202, r.Status, "%s", r.Body)
		var report imports.Report
		r.JSON(w.t, &report)
		report = w.ended("products", report.ID)
		require.Equal(w.t, "más.csv", report.FileName)
		require.Equal(w.t, [4]int64{1, 0, 0, 0}, counts(report))
	})
}

// What a list as a file says is what an import of it takes: nothing changes.
func TestRoundTrip(t *testing.T) {
	each(t, func(w *world) {
		t := w.t.(*testing.T)
		body := `{"sku":"%s","name":"%s","price_cents":%d,"stock":4,"low_stock_at":2,"archived":true}`
		for i, name := range []string{"=1+1", "'quoted'", "''", "-5", "+34 600", "a;b,c", `with \"quotes\"`, `two\nlines`, "@x", "ñandú ★", "\\ttab"} {
			w.Do(t, kittest.Case{Path: "/products", As: w.manager, Body: fmt.Sprintf(body, fmt.Sprint("=S-", i), name, 5+i*1000), Status: 201})
			w.Do(t, kittest.Case{Path: "/customers", As: w.manager, Status: 201,
				Body: fmt.Sprintf(`{"name":"+Firm %d","email":"=a%d@x.test","phone":"+34 600 %d","tax_id":"-1"}`, i, i, i)})
		}
		for _, path := range []string{"/products", "/customers"} {
			for _, language := range []string{"en", "es"} {
				header := map[string]string{"Accept": "text/csv", "Accept-Language": language}
				file := w.Do(t, kittest.Case{Path: path, As: w.manager, Header: header, Status: 200})
				report := w.took(path+"/imports", string(file.Body))
				require.Empty(t, faultsOf(report), "%s %s", path, language)
				require.Equal(t, [4]int64{0, 0, 11, 0}, counts(report), "%s %s", path, language)
			}
		}
	})
}
