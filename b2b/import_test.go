package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/db"
	"b2b.example/db/dbtest"
)

// sendFile sends a file of products, to be taken in at once.
func (p *place) sendFile(token, file string) (id int64) {
	p.t.Helper()
	address := "http://127.0.0.1:" + p.ports[1] + "/products/imports"
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, address, strings.NewReader(file))
	require.NoError(p.t, err)
	request.Header.Set("Content-Type", "text/csv")
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := client.Do(request)
	require.NoError(p.t, err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	require.NoError(p.t, err)
	var begun struct {
		ID int64 `json:"id"`
	}
	require.Equal(p.t, http.StatusAccepted, response.StatusCode, "%s", body)
	require.NoError(p.t, json.Unmarshal(body, &begun))
	return begun.ID
}

// imported is how far an import is.
type imported struct {
	Status                            string
	Rows, Created, Unchanged, Refused int64
}

func (p *place) imported(token string, id int64) (told imported) {
	p.t.Helper()
	a := p.call(1, http.MethodGet, fmt.Sprintf("/products/imports/%d", id), token, "", nil)
	require.Equal(p.t, http.StatusOK, a.status, a.body)
	require.NoError(p.t, json.Unmarshal([]byte(a.body), &told))
	return told
}

// TestKilledInTheMiddleOfAnImport: what was begun is finished by the next process, and each row is there once, with its
// movement. A process that is told to end does so at once, and leaves the rest to the next one, too.
func TestKilledInTheMiddleOfAnImport(t *testing.T) {
	const rows = 5000
	var file strings.Builder
	file.WriteString("sku,name,price,stock\n")
	for i := range rows {
		fmt.Fprintf(&file, "KILLED-%05d,Thing number %d,%d.50,%d\n", i, i, i%900+1, i%7)
	}
	dbtest.EachURL(t, func(t *testing.T, url string) {
		p := newPlace(t, url, "LOG_LEVEL=error")
		running := p.serve()
		token, _ := p.logIn("manager@demo.test", demoPassword)
		id := p.sendFile(token, file.String())
		goesOn := func(from int64) imported {
			t.Helper()
			var told imported
			require.Eventually(t, func() bool { told = p.imported(token, id); return told.Rows > from }, time.Minute, 5*time.Millisecond)
			return told
		}
		told := goesOn(200)
		require.NoError(t, running.command.Process.Kill())
		running.wait(time.Minute)
		require.Less(t, told.Rows, int64(rows), "it was killed in the middle")

		running = p.serve()
		told = goesOn(told.Rows)
		begun := time.Now()
		require.Equal(t, 0, running.signal(syscall.SIGTERM, 15*time.Second), running.out)
		require.Less(t, time.Since(begun), 5*time.Second)
		require.Less(t, told.Rows, int64(rows), "it was told to end in the middle")

		running = p.serve()
		require.Eventually(t, func() bool { told = p.imported(token, id); return told.Status == "DONE" }, 2*time.Minute, 50*time.Millisecond)
		require.Equal(t, imported{Status: "DONE", Rows: rows, Created: rows}, told)
		running.stop()
		d := dbtest.Open(t, url, db.Options{})
		for query, want := range map[string]int{
			"SELECT COUNT(*) FROM products WHERE version = 1 AND sku LIKE 'KILLED-%'":                                                            rows,
			"SELECT COUNT(*) FROM events e JOIN products p ON p.id = e.entity_id AND e.entity_type = 'product' WHERE p.sku LIKE 'KILLED-%'":      rows,
			"SELECT COUNT(*) FROM stock_movements m JOIN products p ON p.id = m.product_id WHERE m.reason = 'INITIAL' AND p.sku LIKE 'KILLED-%'": rows,
		} {
			require.EqualValues(t, want, count(t, d, query), query)
		}
		status, printed := p.does("", "check")
		require.Equal(t, 0, status, printed)
	})
}
