package crud_test

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/kit/kittest"
)

// A list as a file is all of the list, however many pages it has, in the reader's language.
func TestListAsAFile(t *testing.T) {
	each(t, suppliers, func(w *world) {
		w.Do(w.t, kittest.Case{Path: "/suppliers", As: w.manager, Body: full, Status: 201})
		made := time.Date(2026, 11, 1, 10, 0, 0, 0, time.UTC)
		for i := range 1200 {
			w.exec(`INSERT INTO suppliers (name, name_key, email, email_key, tax_id, terms, lead_days, credit_cents, parent_id, preferred, rating, version, created_at, updated_at)
				VALUES (?, ?, ?, ?, '', 'prepaid', 7, ?, 1, 0, 0, 1, ?, ?)`,
				"=name", "=name", fmt.Sprint(i, "@x.test"), fmt.Sprint(i, "@x.test"), int64(i)*100+5, made, made)
		}
		asFile := map[string]string{"Accept": "text/csv"}
		get := func(path, language string) [][]string {
			header := map[string]string{"Accept": "text/csv", "Accept-Language": language}
			r := w.Do(w.t, kittest.Case{Path: path, As: w.viewer, Header: header, Status: 200})
			require.Regexp(w.t, `^attachment; filename="suppliers-\d{4}-\d\d-\d\d\.csv"$`, r.Header.Get("Content-Disposition"))
			require.Contains(w.t, r.Header.Get("Vary"), "Accept")
			text := string(r.Body)
			require.True(w.t, strings.HasPrefix(text, "\ufeff"))
			reader := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
			if language == "es" {
				reader.Comma = ';'
			}
			rows, err := reader.ReadAll()
			require.NoError(w.t, err)
			return rows
		}
		rows := get("/suppliers?sort=created_at", "en")
		require.Len(w.t, rows, 1202)
		require.Equal(w.t, "id,name,email,tax_id,terms,lead_days,credit,parent_id,preferred,rating,audited_at,version,created_at,updated_at", strings.Join(rows[0], ","))
		require.Equal(w.t, "'=name", rows[1][1])
		require.Equal(w.t, "0.05", rows[1][6])
		seen := map[string]bool{}
		for _, row := range rows[1:] {
			seen[row[0]] = true
		}
		require.Len(w.t, seen, 1201, "each once")
		require.Equal(w.t, "11,05", get("/suppliers?sort=created_at", "es")[12][6])
		require.Len(w.t, get("/suppliers?terms=30+days", "en"), 2)
		w.Run(w.t, []kittest.Case{
			{Name: "a list that there is not", Path: "/suppliers?terms=x", As: w.viewer, Header: asFile, Status: 400, Code: "PARAMETER_INVALID"},
			{Name: "a stranger", Path: "/suppliers", Header: asFile, Status: 401, Code: "UNAUTHENTICATED"},
			{Name: "what is not asked for", Path: "/suppliers", As: w.viewer, Header: map[string]string{"Accept": "*/*"}, Status: 200},
		})
	})
}
