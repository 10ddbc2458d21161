package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"b2b.example/db"
	"b2b.example/db/dbtest"
)

// page sends a form of the backoffice, and gives the answer's status and where it leads.
func (p *place) page(cookie *http.Cookie, path string, form url.Values) (status int, header http.Header) {
	p.t.Helper()
	address := "http://127.0.0.1:" + p.ports[1] + "/backoffice" + path
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	require.NoError(p.t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	if cookie != nil {
		request.AddCookie(cookie)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(p.t, err)
	require.NoError(p.t, response.Body.Close())
	return response.StatusCode, response.Header
}

// TestKilledInTheMiddleOfABulkRun: the next process goes on where it was, and each order is moved once. A process that is
// told to end does so at once, and leaves the rest to the next one, too.
func TestKilledInTheMiddleOfABulkRun(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		p := newPlace(t, url, "LOG_LEVEL=error")
		running := p.serve()
		d := dbtest.Open(t, url, db.Options{})
		run, orders := p.beginBulkRun(d)
		settled := func() int { return int(count(t, d, "SELECT COUNT(*) FROM bulk_run_orders WHERE outcome <> 'PENDING'")) }
		goesOn := func(from int) (n int) {
			t.Helper()
			require.Eventually(t, func() bool { n = settled(); return n > from }, time.Minute, 2*time.Millisecond)
			return n
		}
		goesOn(5)
		require.NoError(t, running.command.Process.Kill())
		running.wait(time.Minute)
		killed := settled()
		require.Less(t, killed, orders, "it was killed in the middle")

		running = p.serve()
		goesOn(killed + 5)
		begun := time.Now()
		require.Equal(t, 0, running.signal(syscall.SIGTERM, 15*time.Second), running.out)
		require.Less(t, time.Since(begun), 5*time.Second)
		require.Less(t, settled(), orders, "it was told to end in the middle")

		running = p.serve()
		ended := fmt.Sprintf("SELECT COUNT(*) FROM bulk_runs WHERE id = %d AND ended_at IS NOT NULL", run)
		require.Eventually(t, func() bool { return count(t, d, ended) == 1 }, 2*time.Minute, 20*time.Millisecond)
		running.stop()
		for query, want := range map[string]int{
			"SELECT COUNT(*) FROM bulk_run_orders WHERE outcome = 'DONE'":                                                     orders,
			"SELECT COUNT(*) FROM events WHERE idempotency_caller = 'system:bulk-run'":                                        orders,
			"SELECT COUNT(*) FROM orders o JOIN bulk_run_orders b ON b.order_id = o.id WHERE o.status = 'CONFIRMED'":          orders,
			"SELECT COUNT(DISTINCT entity_id) FROM events WHERE idempotency_caller = 'system:bulk-run' AND actor_name <> '' ": orders,
		} {
			require.EqualValues(t, want, count(t, d, query), query)
		}
		status, printed := p.does("", "check")
		require.Equal(t, 0, status, printed)
	})
}

// beginBulkRun begins to confirm all orders that can be confirmed, of which there are enough to take a while.
func (p *place) beginBulkRun(d *db.DB) (run int64, orders int) {
	p.t.Helper()
	p.deliver(1)
	token, _ := p.logIn("manager@demo.test", demoPassword)
	var clients errgroup.Group
	clients.SetLimit(16)
	for range 800 {
		clients.Go(func() error {
			order := map[string]any{"customer_id": 1, "items": []any{map[string]any{"product_id": 1, "qty": 1}}}
			if a := p.call(1, http.MethodPost, "/orders", token, "", order); a.status != http.StatusCreated {
				return errors.New(a.body)
			}
			return nil
		})
	}
	require.NoError(p.t, clients.Wait())
	status, header := p.page(nil, "/login", url.Values{"email": {"operator@demo.test"}, "password": {demoPassword}})
	require.Equal(p.t, http.StatusSeeOther, status)
	cookie, err := http.ParseSetCookie(header.Get("Set-Cookie"))
	require.NoError(p.t, err)
	status, header = p.page(cookie, "/bulk-runs/new", url.Values{"key": {"k"}, "action": {"confirm"}, "filter": {"status=CREATED"}})
	require.Equal(p.t, http.StatusSeeOther, status)
	_, err = fmt.Sscanf(header.Get("Location"), "/backoffice/bulk-runs/%d", &run)
	require.NoError(p.t, err)
	return run, int(count(p.t, d, "SELECT orders FROM bulk_runs"))
}
