package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/crud"
	"b2b.example/crud/lists"
	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/kit/kittest"
)

// benchRows is how many suppliers there are while it is measured.
const benchRows = 1_000_000

// createFor is how long new ones are made.
const createFor = 5 * time.Second

// BenchmarkSuppliers measures the example over HTTP, with a million suppliers: on SQLite, or in the empty database that
// DATABASE_URL names.
//
//	go test -run '^$' -bench . ./examples/suppliers
func BenchmarkSuppliers(b *testing.B) {
	ctx, address := context.Background(), os.Getenv("DATABASE_URL")
	if address == "" {
		address = "sqlite:" + filepath.Join(b.TempDir(), "suppliers.db")
	}
	d, err := db.Open(ctx, address, db.Options{})
	require.NoError(b, err)
	defer func() { require.NoError(b, d.Close()) }()
	require.NoError(b, db.Migrate(ctx, d, db.Migrations(), migrations()))
	fill(b, d)
	settings := kittest.Settings()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	server := kittest.Serve(b, newApp(d, settings))
	token, err := kit.Sign(settings.JWTSecret, me, time.Now(), time.Hour)
	require.NoError(b, err)
	client := &client{server.URL, token, &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}}

	cursor := lists.Cursor{Value: at(benchRows - 5000*20).Format(crud.TimeFormat), ID: benchRows - 5000*20}.String()
	for name, path := range map[string]string{
		"first page": "/suppliers", "page 5000": "/suppliers?cursor=" + cursor, "prefix search": "/suppliers?search=supplier+99&sort=name",
		"search of few": "/suppliers?search=supplier+9912", "search of many": "/suppliers?search=supplier+9",
		"screen": "/backoffice/suppliers",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				client.get(b, path, "")
			}
		})
	}
	var made atomic.Int64
	for _, clients := range []int{1, 8} {
		b.Run(fmt.Sprintf("create by %d", clients), func(b *testing.B) {
			begun, first := time.Now(), made.Load()
			var together sync.WaitGroup
			for range clients {
				together.Go(func() {
					for time.Since(begun) < createFor {
						client.create(b, made.Add(1))
					}
				})
			}
			together.Wait()
			b.ReportMetric(float64(made.Load()-first)/time.Since(begun).Seconds(), "creates/s")
		})
	}
	b.Run("export", func(b *testing.B) {
		for b.Loop() {
			client.get(b, "/suppliers", "text/csv")
		}
		b.ReportMetric(peak(b), "MB-peak")
	})
}

// at is when a supplier was made.
func at(id int) time.Time { return time.Date(2026, 1, 1, 0, 0, id, 0, time.UTC) }

// fill makes the suppliers, without their events.
func fill(b *testing.B, d *db.DB) {
	b.Helper()
	const batch = 10_000
	for from := 1; from <= benchRows; from += batch {
		rows := make([]map[string]any, 0, batch)
		for id := from; id < from+batch; id++ {
			name, email := fmt.Sprintf("Supplier %d", id), fmt.Sprintf("s%d@bench.test", id)
			rows = append(rows, map[string]any{
				"id": id, "name": name, "name_key": strings.ToLower(name), "email": email, "email_key": email, "tax_id": "B-" + strconv.Itoa(id),
				"lead_days": id % 365, "credit_cents": id, "preferred": id%2 == 0, "version": 1, "created_at": at(id), "updated_at": at(id),
			})
		}
		require.NoError(b, d.Tx(context.Background(), func(tx *db.Tx) error { return tx.Table("suppliers").CreateInBatches(rows, 50).Error }))
	}
}

type client struct {
	url, token string
	*http.Client
}

func (c *client) do(b *testing.B, request *http.Request, status int) {
	request.Header.Set("Authorization", "Bearer "+c.token)
	answer, err := c.Do(request)
	if err != nil {
		b.Error(err)
		return
	}
	_, err = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
	if err != nil || answer.StatusCode != status {
		b.Errorf("%s: %d %v", request.URL, answer.StatusCode, err)
	}
}

func (c *client) get(b *testing.B, path, accept string) {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, c.url+path, http.NoBody)
	require.NoError(b, err)
	request.Header.Set("Accept", accept)
	c.do(b, request, http.StatusOK)
}

func (c *client) create(b *testing.B, n int64) {
	body := fmt.Sprintf(`{"name":"New %d","email":"new%d@bench.test","tax_id":"B","credit_cents":5}`, n, n)
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, c.url+"/suppliers", strings.NewReader(body))
	require.NoError(b, err)
	request.Header.Set("Content-Type", "application/json")
	c.do(b, request, http.StatusCreated)
}

// peak is the most memory that this process has had, with the client and all that was done before, in megabytes.
func peak(b *testing.B) float64 {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	require.NoError(b, err)
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kilobytes, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	require.NoError(b, err)
	return kilobytes / 1024
}
