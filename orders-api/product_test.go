package orders

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"b2b.example/kit/kittest"
)

func TestProductIsAnsweredAsItIsRead(t *testing.T) {
	each(t, func(w *world) {
		made := w.Do(w.t, kittest.Case{
			Path: "/products", As: w.manager, Status: 201, Body: `{"sku":"BOLT-8","name":"Bolt Ñ 8 mm","price_cents":250,"stock":12,"low_stock_at":3,"archived":false}`,
		})
		require.Equal(w.t, "/products/1", made.Header.Get("Location"))
		require.Equal(w.t, `"1"`, made.Header.Get("ETag"))
		require.Regexp(w.t, `^{"id":1,"sku":"BOLT-8","name":"Bolt Ñ 8 mm","price_cents":250,"stock":12,"low_stock_at":3,"archived":false,`+
			`"version":1,"created_at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z","updated_at":"[^"]+Z"}$`, string(made.Body))
		read := w.Do(w.t, kittest.Case{Path: "/products/1", As: w.viewer, Status: 200})
		require.Equal(w.t, string(made.Body), string(read.Body))
		require.Equal(w.t, []string{"INITIAL +12 -> 12"}, w.moved(1))
		bare := w.Do(w.t, kittest.Case{Path: "/products", As: w.manager, Status: 201, Body: `{"sku":"NUT-8","name":"Nut","price_cents":1}`})
		var p product
		bare.JSON(w.t, &p)
		require.Equal(w.t, product{ID: 2, SKU: "NUT-8", Name: "Nut", PriceCents: 1, LowStockAt: 10, Version: 1}, p, "what is not given has its default")
	})
}

func TestProductFaultsAreToldAtOnce(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		post := func(name, body string, fields ...string) kittest.Case {
			return kittest.Case{Name: name, Path: "/products", As: w.manager, Body: body, Status: 422, Code: "VALIDATION_FAILED", Fields: fields}
		}
		patch := func(name, body string, fields ...string) kittest.Case {
			one := post(name, body, fields...)
			one.Method, one.Path, one.Header = "PATCH", "/products/1", headers("If-Match", "*")
			return one
		}
		adjust := func(name, body string, fields ...string) kittest.Case {
			one := post(name, body, fields...)
			one.Path = "/products/1/stock-adjustments"
			return one
		}
		taken, takenBy := post("taken", `{"sku":"BOLT-8","name":"Another","price_cents":1}`, "sku:TAKEN"), patch("taken by another", `{"sku":"NUT-8"}`, "sku:TAKEN")
		taken.Status, taken.Code, takenBy.Status, takenBy.Code = 409, "DUPLICATE", 409, "DUPLICATE"
		w.stock("NUT-8", 1, 0)
		w.unchanged([]kittest.Case{
			post("nothing given", `{}`, "sku:REQUIRED", "name:REQUIRED", "price_cents:REQUIRED"),
			post("too little", `{"sku":"x","name":"y","price_cents":0,"stock":-1,"low_stock_at":-1}`,
				"sku:TOO_SHORT", "name:TOO_SHORT", "price_cents:TOO_SMALL", "stock:TOO_SMALL", "low_stock_at:TOO_SMALL"),
			post("too much", `{"sku":"`+strings.Repeat("x", 65)+`","name":"`+strings.Repeat("y", 181)+`","price_cents":100000000001,"stock":1000000000001}`,
				"sku:TOO_LONG", "name:TOO_LONG", "price_cents:TOO_LARGE", "stock:TOO_LARGE"),
			post("what cannot be seen", `{"sku":" A-1","name":"a\tb","price_cents":1}`, "sku:BLANKS_AROUND", "name:NOT_PRINTABLE"),
			post("what the server makes", `{"sku":"A-1","name":"ab","price_cents":1,"id":5,"version":2}`, "id:READ_ONLY", "version:READ_ONLY"),
			patch("a patch", `{"price_cents":0,"stock":-1}`, "price_cents:TOO_SMALL", "stock:TOO_SMALL"),
			patch("what must be", `{"name":null}`, "name:REQUIRED"),
			taken, takenBy,
			adjust("nothing", `{}`, "delta:REQUIRED", "note:REQUIRED"),
			adjust("by nothing", `{"delta":0,"note":"x"}`, "delta:REQUIRED"),
			adjust("without a word", `{"delta":1,"note":""}`, "note:REQUIRED"),
			adjust("by too much", `{"delta":1000000001,"note":"`+strings.Repeat("x", 501)+`"}`, "delta:TOO_LARGE", "note:TOO_LONG"),
			adjust("more than there is", `{"delta":-11,"note":"lost"}`, "delta:STOCK_OUT_OF_RANGE"),
		})
	})
}

func TestStockIsAdjusted(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		adjust := func(delta int, status int, pairs ...string) kittest.Case {
			return kittest.Case{
				Name: fmt.Sprint(delta, pairs), Path: "/products/1/stock-adjustments", As: w.manager, Status: status,
				Body: fmt.Sprintf(`{"delta":%d,"note":"Counted"}`, delta), Header: headers(pairs...),
			}
		}
		done := w.Do(w.t, adjust(-10, 200))
		require.Equal(w.t, `"2"`, done.Header.Get("ETag"), "an adjustment is an edit")
		w.Run(w.t, []kittest.Case{adjust(-1, 422), adjust(7, 412, "If-Match", `"1"`), adjust(7, 200, "If-Match", `"2"`)})
		require.EqualValues(w.t, 7, w.product(1).Stock)
		require.Equal(w.t, []string{"INITIAL +10 -> 10", "ADJUSTMENT -10 -> 0", "ADJUSTMENT +7 -> 7"}, w.moved(1))
		require.EqualValues(w.t, 2, w.count("stock_movements", "note = ?", "Counted"))
		events := w.events("/products/1")
		require.Equal(w.t, []string{"created", "stock_adjusted", "stock_adjusted"}, w.told("/products/1"))
		require.Equal(w.t, map[string]any{"stock": map[string]any{"old": 0.0, "new": 7.0}}, events[0].Changes)

		w.editProduct(1, `{"stock":1000000000000}`)
		full := adjust(1, 422)
		full.Fields = []string{"delta:STOCK_OUT_OF_RANGE"}
		w.unchanged([]kittest.Case{full})
	})
}

// TestCountedStock: PATCH sets what was counted, and what that changes is a movement.
func TestCountedStock(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		w.editProduct(1, `{"stock":25,"name":"Renamed"}`)
		w.editProduct(1, `{"stock":25}`)
		w.editProduct(1, `{"name":"Once more"}`)
		w.editProduct(1, `{"stock":null}`)
		require.Equal(w.t, []string{"INITIAL +10 -> 10", "ADJUSTMENT +15 -> 25", "ADJUSTMENT -25 -> 0"}, w.moved(1))
		require.Equal(w.t, []string{"created", "updated", "updated", "updated"}, w.told("/products/1"))
		require.EqualValues(w.t, 4, w.product(1).Version)
	})
}

// TestSalesLeaveAProductEditable: a sale moves stock, without a version and without an event.
func TestSalesLeaveAProductEditable(t *testing.T) {
	each(t, func(w *world) {
		w.stock("BOLT-8", 250, 10)
		w.place(item(1, 3))
		w.cancel(1)
		w.place(item(1, 4))
		w.Do(w.t, kittest.Case{
			Method: "PATCH", Path: "/products/1", As: w.manager, Body: `{"price_cents":300}`, Header: headers("If-Match", `"1"`), Status: 200,
			Check: func(t *testing.T, r *kittest.Response) {
				var p product
				r.JSON(t, &p)
				require.Equal(t, []int64{6, 300, 2}, []int64{p.Stock, p.PriceCents, p.Version})
			},
		})
		require.Equal(w.t, []string{"created", "updated"}, w.told("/products/1"))
	})
}

func TestVersionsOfProducts(t *testing.T) {
	each(t, func(w *world) {
		made := w.stock("BOLT-8", 250, 10)
		patch := func(name, match string, status int, code string) kittest.Case {
			one := kittest.Case{Name: name, Method: "PATCH", Path: "/products/1", As: w.manager, Body: `{"price_cents":0}`, Status: status, Code: code, Header: headers()}
			if match != "" {
				one.Header["If-Match"] = match
			}
			return one
		}
		missing, stale := patch("nobody's", "", 404, "NOT_FOUND"), patch("stale", `"7"`, 412, "VERSION_MISMATCH")
		missing.Path = "/products/9"
		stale.Check = func(t *testing.T, r *kittest.Response) {
			var told struct {
				Current product `json:"current"`
			}
			r.JSON(t, &told)
			require.Equal(t, made, told.Current)
		}
		w.unchanged([]kittest.Case{missing, stale, patch("no version", "", 428, "VERSION_REQUIRED"), patch("the rules come last", `"1"`, 422, "VALIDATION_FAILED")})
	})
}
