package imports_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/crud"
	"b2b.example/crud/imports"
	"b2b.example/db"
	"b2b.example/db/dbtest"
	"b2b.example/kit/fault"
)

// fileOf is a file of so many products.
func fileOf(rows int) string {
	var b strings.Builder
	b.WriteString("sku;name;price;stock\r\n")
	for i := range rows {
		fmt.Fprintf(&b, "S-%06d;\"Product; number %d\";%d,%02d;%d\r\n", i, i, i/100+1, i%100, i%50)
	}
	return b.String()
}

const products3 = "SELECT CONCAT(sku, ' ', name, ' ', price_cents, ' ', stock, ' v', version) FROM products ORDER BY sku"

// staged uploads a file to a service that does not work at it: it serves no longer.
func staged(t *testing.T, url, path, file string) int64 {
	t.Helper()
	var id int64
	t.Run("upload", func(t *testing.T) {
		d := dbtest.Open(t, url, db.Options{})
		w := newIdleWorld(t, d)
		id = w.begun(path, file).ID
	})
	return id
}

// A process that ends in the middle leaves an import to whoever comes next, who goes on where it stopped.
func TestItGoesOnWhereItStopped(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		id := staged(t, url, "/products/imports", fileOf(1000))
		first := dbtest.Open(t, url, db.Options{})
		for range 4 {
			did, err := imports.Step(t.Context(), first, crud.NewTable(first, products))
			require.NoError(t, err)
			require.True(t, did)
		}
		taken := len(all(t, first, "SELECT sku FROM products")) // a slow database has fewer at a time
		require.NotZero(t, taken)
		require.Less(t, taken, 1000)
		dying, cancel := context.WithCancel(t.Context())
		late := products
		late.Changed = func(*db.Tx, *Product, *Product) error { cancel(); return nil } // in the middle of a transaction
		_, err := imports.Step(dying, first, crud.NewTable(first, late))
		require.Error(t, err)
		require.Len(t, all(t, first, "SELECT sku FROM products"), taken, "what was not committed is not there")

		w := newWorld(t, dbtest.Open(t, url, db.Options{}))
		report := w.ended("products", id)
		require.Equal(t, [4]int64{1000, 0, 0, 0}, counts(report))
		require.Len(t, w.all("SELECT sku FROM products WHERE version = 1"), 1000)
		require.Len(t, w.all("SELECT entity_id FROM events"), 1000)
		again := w.took("/products/imports", fileOf(1000))
		require.Equal(t, [4]int64{0, 0, 1000, 0}, counts(again))
		require.Eventually(t, func() bool {
			return len(w.all("SELECT n FROM import_chunks"))+len(w.all("SELECT import_id FROM import_subjects")) == 0
		}, 20*time.Second, 50*time.Millisecond, "what is done with keeps nothing")
	})
}

// Two processes share the work, and do nothing twice.
func TestTwoWorkersShare(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		ids := []int64{
			staged(t, url, "/products/imports", fileOf(700)),
			staged(t, url, "/products/imports", strings.ReplaceAll(fileOf(700), "S-", "T-")),
		}
		var both sync.WaitGroup
		for range 2 {
			d := dbtest.Open(t, url, db.Options{})
			both.Go(func() {
				for idle := 0; idle < 20; {
					did, err := imports.Step(context.Background(), d, crud.NewTable(d, products))
					if err != nil && fault.Of(err).Code != "BUSY" {
						t.Error(err)
					}
					if !did {
						idle++
						time.Sleep(10 * time.Millisecond)
					}
				}
			})
		}
		both.Wait()
		w := newWorld(t, dbtest.Open(t, url, db.Options{}))
		for _, id := range ids {
			require.Equal(t, [4]int64{700, 0, 0, 0}, counts(w.ended("products", id)))
		}
		require.Len(t, w.all("SELECT sku FROM products WHERE version = 1"), 1400)
		require.Len(t, w.all("SELECT entity_id FROM events"), 1400)
	})
}

// A row that is refused only when it is written does not take the others of its batch with it.
func TestARefusalLosesNoOtherRow(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		id := staged(t, url, "/products/imports", fileOf(30))
		d := dbtest.Open(t, url, db.Options{})
		strict := products
		strict.Changed = func(_ *db.Tx, _, after *Product) error {
			if strings.HasSuffix(after.SKU, "7") {
				return fault.New(fault.Conflict, "DUPLICATE").On("sku", "TAKEN")
			}
			return nil
		}
		for range 2 {
			_, err := imports.Step(t.Context(), d, crud.NewTable(d, strict))
			require.NoError(t, err)
		}
		report := newWorld(t, d).ended("products", id)
		require.Equal(t, [4]int64{27, 0, 0, 3}, counts(report))
		require.Equal(t, []string{`9 sku "S-000007" TAKEN`, `19 sku "S-000017" TAKEN`, `29 sku "S-000027" TAKEN`}, faultsOf(report))
	})
}

// TestEveryCallIsNeeded fails each call of the driver once, in each way: the end is always the same.
func TestEveryCallIsNeeded(t *testing.T) {
	file := "sku,name,price,stock\nAA-1,Chair,2,9\nAA-1,Twice,2,9\nAA-2,Table,5,5\nA,Lamp,1,1\n"
	for _, kind := range []dbtest.Fault{dbtest.NotSent, dbtest.ReplyLost, dbtest.Deadlock} {
		t.Run(fmt.Sprint(kind), func(t *testing.T) {
			faults := &dbtest.Faults{}
			dbtest.EachWith(t, db.Options{Wrap: faults.Wrap}, func(t *testing.T, d *db.DB) {
				faults.Arm(nil)
				w, table := newIdleWorld(t, d), crud.NewTable(d, products)
				var want []string
				calls := 0
				for k := 0; k <= calls; k++ {
					w.exec("DELETE FROM products")
					w.exec("DELETE FROM events")
					w.exec("INSERT INTO products (sku, sku_key, name, name_key, price_cents, stock, low_stock_at, archived, version, created_at, updated_at) " +
						"VALUES ('AA-1', 'aa-1', 'Old', 'old', 100, 3, 10, 0, 1, '2026-01-01 00:00:00', '2026-01-01 00:00:00')")
					id := w.begun("/products/imports", file).ID
					faults.Arm(func(c dbtest.Call) dbtest.Fault {
						if c.Number == k {
							return kind
						}
						return dbtest.None
					})
					for did := true; did; {
						before := len(faults.Calls())
						var err error
						did, err = imports.Step(t.Context(), d, table)
						did = did || err != nil
						if k == 0 && calls == 0 {
							calls = len(faults.Calls()) - before
						}
					}
					faults.Arm(nil)
					end := append(w.all(products3), w.all("SELECT CONCAT(action, ' ', entity_version) FROM events ORDER BY id")...)
					end = append(end, w.all(fmt.Sprintf("SELECT CONCAT(status, ' ', rows_seen, ' ', created_rows, ' ', changed_rows, ' ', refused_rows, ' ', faults) FROM imports WHERE id = %d", id))...)
					end = append(end, w.all(fmt.Sprintf("SELECT CONCAT(line, ' ', code) FROM import_faults WHERE import_id = %d ORDER BY id", id))...)
					if k == 0 {
						want = end
						require.Equal(t, []string{"AA-1 Chair 200 3 v2", "AA-2 Table 500 5 v1", "updated 2", "created 1", "DONE 4 1 1 2 2", "3 REPEATED", "5 TOO_SHORT"}, end)
						require.Greater(t, calls, 10)
					}
					require.Equal(t, want, end, "call %d failed", k)
				}
			})
		})
	}
}

// A long file needs no more memory than a short one.
func TestMemoryIsBounded(t *testing.T) {
	const rows = 100_000
	path := t.TempDir() + "/file.csv"
	require.NoError(t, os.WriteFile(path, []byte(fileOf(rows)), 0o600))
	w := newWorld(t, dbtest.Open(t, dbtest.SQLite(t), db.Options{}))
	var most, base uint64
	ended, measured := make(chan struct{}), make(chan struct{})
	runtime.GC()
	base = heap()
	go func() {
		defer close(measured)
		for {
			select {
			case <-ended:
				return
			case <-time.After(20 * time.Millisecond):
				most = max(most, heap())
			}
		}
	}()
	file, err := os.Open(path)
	require.NoError(t, err)
	begun := time.Now()
	r := w.stream("/products/imports?dry_run=true", io.MultiReader(file), nil) // of unknown length: in chunks
	require.Equal(t, 202, r.Status, "%s", r.Body)
	report := w.ended("products", 1)
	close(ended)
	<-measured
	require.Equal(t, [4]int64{rows, 0, 0, 0}, counts(report))
	require.Len(t, report.Preview, 20)
	t.Logf("%d rows, %d bytes: %s, at most %d MB of heap more", rows, report.Bytes, time.Since(begun).Round(time.Millisecond), (most-base)>>20)
	require.Less(t, most-base, uint64(48<<20))
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
