package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/stretchr/testify/require"
)

func render(t *testing.T, page templ.Component) string {
	t.Helper()
	var out strings.Builder
	require.NoError(t, page.Render(t.Context(), &out))
	return out.String()
}

func english() Frame {
	return Frame{Reader: Reader{Language: "en", Currency: "USD", Now: time.Date(2025, time.November, 21, 15, 43, 0, 0, time.UTC)}, Company: "Andinos"}
}

func TestLogin(t *testing.T) {
	page := render(t, Login{Frame: english(), Email: "a@b.ec", Next: "/backoffice/orders/1", Held: "do=create&key=1"}.Page())
	for _, part := range []string{
		`name="next" value="/backoffice/orders/1"`, `name="held" value="do=create&amp;key=1"`, `value="a@b.ec"`, `autocomplete="current-password"`,
	} {
		require.Contains(t, page, part)
	}
	require.NotContains(t, page, "to continue with")
	require.NotContains(t, page, "/backoffice/preferences", "to switch the language would lose the form")
	free := render(t, Login{Frame: english()}.Page())
	require.Contains(t, free, `action="/backoffice/preferences"`)
	require.Contains(t, free, `value="es" lang="es">Español`)
	require.NotContains(t, free, `value="en" lang="en">English`, "the language that it has is not to be chosen")
	require.Regexp(t, `<input[^>]*id="password"[^>]*autofocus`, page, "who is known types the password")
	require.Regexp(t, `<input[^>]*id="email"[^>]*autofocus`, render(t, Login{Frame: english()}.Page()))
}

// A queue tells what its number means, its rows, and where the rest is; an empty one says so and leads nowhere.
func TestDashboard(t *testing.T) {
	f := english()
	expires := f.Now.Add(72 * time.Minute)
	row := OrderRow{ID: 1047, Customer: "Brightwell", Placed: f.Now.Add(-43 * time.Hour), Expires: &expires, TotalCents: 1249900}
	page := render(t, Dashboard{
		Frame:     f,
		ToConfirm: Queue{Count: Count{N: 1000, Over: true}, TotalCents: 9841260, Rows: []OrderRow{row}, URL: "/backoffice/orders?status=CREATED"},
		Expiring:  Queue{Count: Count{N: 1}, Rows: []OrderRow{row}, URL: "/backoffice/orders?view=expiring"}, ExpiringWithin: 6 * time.Hour,
		LowStock: []LowProduct{{SKU: "CAF-1", Name: "Café", LowStockAt: 1200}, {SKU: "PAP-1", Stock: 3, LowStockAt: 60}}, LowStockCount: Count{N: 2},
		ShowsNewOrder: true,
	}.Page())
	for _, part := range []string{
		"1,000+", "$98,412.60 in all", "See all 1,000+", `href="/backoffice/orders?status=CREATED"`, `href="/backoffice/orders/1047"`, "1 d 19 h", "12,499.00",
		"within 6 h", `<b class="warn">1 h 12 min</b>`, "See it", "limit 1,200", `<b class="bad">0</b>`, `<b class="warn">3</b>`,
		"As of 15:43 · UTC", `href="/backoffice/orders/new"`,
	} {
		require.Contains(t, page, part)
	}

	empty := render(t, Dashboard{Frame: f, ExpiryOff: true, ToConfirm: Queue{URL: "/x"}, Expiring: Queue{URL: "/y"}}.Page())
	for _, part := range []string{"No order waits to be confirmed.", "orders do not expire here", "No product is about to run out."} {
		require.Contains(t, empty, part)
	}
	require.NotContains(t, empty, "See ")
	require.NotContains(t, empty, "/backoffice/orders/new", "who may not take orders is not offered to")
}

func TestFailure(t *testing.T) {
	for _, status := range []int{
		http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusConflict, http.StatusTooManyRequests,
		http.StatusInternalServerError, http.StatusServiceUnavailable,
	} {
		f := Failure{Frame: english(), Status: status, Title: "What happened", Detail: "What to do", RequestID: "req-1"}
		page := render(t, f.Page())
		for _, part := range []string{"<h1>What happened</h1>", "What to do", "req-1", `href="/backoffice"`, `href="/backoffice/orders"`} {
			require.Contains(t, page, part)
		}
		require.NotContains(t, page, "<nav", "nobody is logged in")
		f.Operator = Operator{Name: "Marta Tapia", Role: "operator"}
		f.Links = []Link{{"Try again", "/backoffice/orders/7"}}
		page = render(t, f.Page())
		require.Contains(t, page, "<nav")
		require.Contains(t, page, `href="/backoffice/orders/7"`)
	}
}
