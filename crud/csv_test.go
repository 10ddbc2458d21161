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

// A list as a file is all of the list, in the reader's language.
func TestListAsAFile(t *testing.T) {
	each(t, suppliers, func(w *world) {
		w.Do(w.t, kittest.Case{Path: "/suppliers", As: w.manager, Body: full, Status: 201})
		made := time.Date(2026, 11, 1, 10, 0, 0, 0, time.UTC)
		for i := range 50 {
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
		require.Len(w.t, rows, 52)
		require.Equal(w.t, "id,name,email,tax_id,terms,lead_days,credit,parent_id,preferred,rating,audited_at,version,created_at,updated_at", strings.Join(rows[0], ","))
		require.Equal(w.t, "'=name", rows[1][1])
		require.Equal(w.t, "0.05", rows[1][6])
		seen := map[string]bool{}
		for _, row := range rows[1:] {
			seen[row[0]] = true
		}
		require.Len(w.t, seen, 51, "each once")
		require.Equal(w.t, "11,05", get("/suppliers?sort=created_at", "es")[12][6])
		require.Len(w.t, get("/suppliers?terms=30+days", "en"), 2)
		w.Run(w.t, []kittest.Case{
			{Name: "a list that there is not", Path: "/suppliers?terms=x", As: w.viewer, Header: asFile, Status: 400, Code: "PARAMETER_INVALID"},
			{Name: "a stranger", Path: "/suppliers", Header: asFile, Status: 401, Code: "UNAUTHENTICATED"},
			{Name: "what is not asked for", Path: "/suppliers", As: w.viewer, Header: map[string]string{"Accept": "*/*"}, Status: 200},
		})
	})
}

// A file says of every kind of field what the API says of it, to the byte, and the same on every engine.
func TestEveryKindOfFieldAsAFile(t *testing.T) {
	each(t, suppliers, func(w *world) {
		w.Do(w.t, kittest.Case{Path: "/suppliers", As: w.manager, Body: full, Status: 201})
		w.Do(w.t, kittest.Case{Path: "/suppliers", As: w.manager, Status: 201,
			Body: `{"name":"\"Lana\"; hilo, y más","email":"b@are.test","parent_id":1,"lead_days":0,"tax_id":"=1+1\n\t"}`})
		w.exec("UPDATE suppliers SET rating = ?, credit_cents = ?, created_at = ?, updated_at = ? WHERE id = 1",
			-3, -5, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), time.Date(2026, 1, 2, 3, 4, 5, 60_000, time.UTC))
		w.exec("UPDATE suppliers SET created_at = ?, updated_at = ? WHERE id = 2",
			time.Date(2025, 12, 31, 23, 59, 59, 999_999_000, time.UTC), time.Date(2026, 1, 2, 3, 4, 5, 120_000_000, time.UTC))
		for language, want := range map[string]string{
			"en": "\ufeffid,name,email,tax_id,terms,lead_days,credit,parent_id,preferred,rating,audited_at,version,created_at,updated_at\r\n" +
				"1,Hilos SA,ventas@hilos.test,B-1234,30 days,40,-0.05,9007199254740992,true,-3,2026-11-24T10:00:00.123456Z,1," +
				"2026-01-02T03:04:05.000000Z,2026-01-02T03:04:05.000060Z\r\n" +
				"2,\"\"\"Lana\"\"; hilo, y más\",b@are.test,\"'=1+1\r\n\t\",prepaid,0,0.00,1,false,0,,1," +
				"2025-12-31T23:59:59.999999Z,2026-01-02T03:04:05.120000Z\r\n",
			"es": "\ufeffid;name;email;tax_id;terms;lead_days;credit;parent_id;preferred;rating;audited_at;version;created_at;updated_at\r\n" +
				"1;Hilos SA;ventas@hilos.test;B-1234;30 days;40;-0,05;9007199254740992;true;-3;2026-11-24T10:00:00.123456Z;1;" +
				"2026-01-02T03:04:05.000000Z;2026-01-02T03:04:05.000060Z\r\n" +
				"2;\"\"\"Lana\"\"; hilo, y más\";b@are.test;\"'=1+1\r\n\t\";prepaid;0;0,00;1;false;0;;1;" +
				"2025-12-31T23:59:59.999999Z;2026-01-02T03:04:05.120000Z\r\n",
		} {
			header := map[string]string{"Accept": "text/csv", "Accept-Language": language}
			require.Equal(w.t, want, string(w.Do(w.t, kittest.Case{Path: "/suppliers", As: w.viewer, Header: header, Status: 200}).Body))
		}
	})
}
