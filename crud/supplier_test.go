package crud_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/crud"
	"b2b.example/crud/lists"
	"b2b.example/crud/rest"
	"b2b.example/db"
	"b2b.example/db/dbtest"
	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/kit/kittest"
)

// Supplier has a field of every kind.
type Supplier struct {
	db.Entity
	Name, Email, TaxID, Terms string
	LeadDays, CreditCents     int64
	ParentID                  int64
	Preferred                 bool
	Rating                    int64
	AuditedAt                 *time.Time
}

// Firm is what a supplier is a part of.
type Firm struct {
	db.Entity
	Name string
}

var firms = crud.Resource[Firm]{
	Name: "firm", Plural: "firms", Write: "manager", Deletion: crud.Soft,
	Title:  func(f *Firm) string { return f.Name },
	Fields: func(f *Firm) []*crud.Field { return []*crud.Field{crud.Text(&f.Name).Required()} },
}

var suppliers = crud.Resource[Supplier]{
	Name: "supplier", Plural: "suppliers", Write: "manager", Replace: true, Deletion: crud.Hard,
	Title: func(s *Supplier) string { return s.Name },
	Fields: func(s *Supplier) []*crud.Field {
		return []*crud.Field{
			crud.Text(&s.Name).Required().Len(2, 120).Search().Sort(),
			crud.Email(&s.Email).Required().Search().Unique(),
			crud.Text(&s.TaxID).Len(4, 40),
			crud.Choice(&s.Terms, "prepaid", "30 days").Default("prepaid").Filter(),
			crud.Int(&s.LeadDays).Between(0, 365).Default(int64(7)).Sort(),
			crud.Money(&s.CreditCents).Filter(),
			crud.Ref(&s.ParentID, &firms).Required().Filter(),
			crud.Bool(&s.Preferred).Filter(),
			crud.Int(&s.Rating).ReadOnly(),
			crud.Time(&s.AuditedAt),
		}
	},
	Flags: []string{"slow"},
	Check: func(s *Supplier, errs *crud.Errors) {
		if s.CreditCents > 0 && s.TaxID == "" {
			errs.Add("tax_id", "REQUIRED")
		}
	},
}

type world struct {
	*kittest.Server
	t               *testing.T
	db              *db.DB
	manager, viewer string
}

func each(t *testing.T, r crud.Resource[Supplier], test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		require.NoError(t, db.Migrate(context.Background(), d, db.Migrations(), os.DirFS("testdata/migrations")))
		sessions := &kittest.Sessions{}
		app := kit.New(kit.Options{Name: "suppliers", Version: "1", Settings: kittest.Settings(), Sessions: sessions, Now: d.Now, Log: slog.New(slog.DiscardHandler)})
		rest.Serve(app, crud.NewTable(d, r))
		w := &world{t: t, db: d, manager: sessions.Add(t, 1, kit.Manager), viewer: sessions.Add(t, 2, kit.Viewer)}
		w.Server = kittest.Serve(t, app)
		test(w)
	})
}

func ifMatch(tag string) map[string]string { return map[string]string{"If-Match": tag} }

const full = `{"name":"Hilos SA","email":"ventas@hilos.test","tax_id":"B-1234","terms":"30 days","lead_days":40,` +
	`"credit_cents":1000000000000000,"parent_id":9007199254740992,"preferred":true,"audited_at":"2026-11-24T12:00:00.1234567+02:00"}`

func TestEveryKindOfField(t *testing.T) {
	each(t, suppliers, func(w *world) {
		made := w.Do(w.t, kittest.Case{Path: "/suppliers", As: w.manager, Body: full, Status: 201})
		require.Regexp(w.t, `^{"id":1,"name":"Hilos SA","email":"ventas@hilos.test","tax_id":"B-1234","terms":"30 days","lead_days":40,`+
			`"credit_cents":1000000000000000,"parent_id":9007199254740992,"preferred":true,"rating":0,`+
			`"audited_at":"2026-11-24T10:00:00.123456Z","version":1,"created_at":"[^"]+","updated_at":"[^"]+"}$`, string(made.Body))
		require.Equal(w.t, string(made.Body), string(w.Do(w.t, kittest.Case{Path: "/suppliers/1", As: w.viewer, Status: 200}).Body))

		bare := w.Do(w.t, kittest.Case{Path: "/suppliers", As: w.manager, Body: `{"name":"Bare","email":"b@are.test","parent_id":1,"lead_days":null}`, Status: 201})
		require.Contains(w.t, string(bare.Body), `"tax_id":"","terms":"prepaid","lead_days":7,"credit_cents":0,"parent_id":1,`+
			`"preferred":false,"rating":0,"audited_at":null`)

		w.Do(w.t, kittest.Case{Method: "PATCH", Path: "/suppliers/1", As: w.manager, Header: ifMatch("*"), Status: 200,
			Body: `{"terms":null,"lead_days":null,"audited_at":null,"preferred":null,"credit_cents":null}`, Check: func(t *testing.T, r *kittest.Response) {
				require.Contains(t, string(r.Body), `"terms":"prepaid","lead_days":7,"credit_cents":0,"parent_id":9007199254740992,`+
					`"preferred":false,"rating":0,"audited_at":null`)
			}})
		w.Do(w.t, kittest.Case{Path: "/suppliers/1/events", As: w.viewer, Status: 200, Check: func(t *testing.T, r *kittest.Response) {
			body := kittest.Compact(t, string(r.Body))
			require.Contains(t, body, `"old":"2026-11-24T10:00:00.123456Z"`)
			require.Contains(t, body, `"old":1000000000000000`)
			require.NotContains(t, body, `"rating":{"old":0,"new":0}`)
		}})
	})
}

func TestRulesOfEveryKind(t *testing.T) {
	with := func(fields string) string {
		return `{"name":"Hilos","email":"ventas@hilos.test","parent_id":1` + fields + `}`
	}
	each(t, suppliers, func(w *world) {
		refused := func(body string, status int, fields ...string) kittest.Case {
			return kittest.Case{Name: body, Path: "/suppliers", As: w.manager, Body: body, Status: status, Fields: fields}
		}
		w.Run(w.t, []kittest.Case{
			refused(with(`,"tax_id":"123"`), 422, "tax_id:TOO_SHORT"),
			refused(with(`,"terms":"never"`), 422, "terms:NOT_A_CHOICE"),
			refused(with(`,"terms":"Prepaid"`), 422, "terms:NOT_A_CHOICE"),
			refused(with(`,"lead_days":-1`), 422, "lead_days:TOO_SMALL"),
			refused(with(`,"lead_days":366`), 422, "lead_days:TOO_LARGE"),
			refused(with(`,"credit_cents":1000000000000001`), 422, "credit_cents:TOO_LARGE", "tax_id:REQUIRED"),
			refused(with(`,"credit_cents":1`), 422, "tax_id:REQUIRED"),
			refused(with(`,"credit_cents":1,"lead_days":-1`), 422, "lead_days:TOO_SMALL", "tax_id:REQUIRED"),
			refused(with(`,"rating":5`), 422, "rating:READ_ONLY"),
			refused(`{"name":"Hilos","email":"ventas@hilos.test","parent_id":-1}`, 422, "parent_id:TOO_SMALL"),
			refused(`{"name":"Hilos","email":"ventas@hilos.test","parent_id":0}`, 400, "parent_id:WRONG_TYPE"),
			refused(`{"name":"H","email":"ventas@hilos.test","parent_id":3}`, 422, "name:TOO_SHORT", "parent_id:REFERENCE_NOT_FOUND"),
			refused(`{"name":"Hilos","email":"ventas@hilos.test","parent_id":null}`, 422, "parent_id:REQUIRED"),
			refused(`{"name":"Hilos","email":"ventas@hilos.test"}`, 422, "parent_id:REQUIRED"),
			refused(with(`,"lead_days":1.0`), 400, "lead_days:WRONG_TYPE"),
			refused(with(`,"lead_days":1e2`), 400, "lead_days:WRONG_TYPE"),
			refused(with(`,"lead_days":-0`), 400, "lead_days:WRONG_TYPE"),
			refused(with(`,"lead_days":"1"`), 400, "lead_days:WRONG_TYPE"),
			refused(with(`,"lead_days":99999999999999999999`), 400, "lead_days:WRONG_TYPE"),
			refused(with(`,"preferred":1`), 400, "preferred:WRONG_TYPE"),
			refused(with(`,"preferred":"true"`), 400, "preferred:WRONG_TYPE"),
			refused(with(`,"audited_at":"yesterday"`), 400, "audited_at:WRONG_TYPE"),
			refused(with(`,"audited_at":"2026-02-30T00:00:00Z"`), 400, "audited_at:WRONG_TYPE"),
			refused(with(`,"audited_at":1}`), 400, ":MALFORMED_JSON"),
			refused(with(`,"terms":["prepaid"]`), 400, "terms:WRONG_TYPE"),
		})
		w.Do(w.t, kittest.Case{Path: "/suppliers", As: w.viewer, Status: 200, Check: func(t *testing.T, r *kittest.Response) {
			require.Contains(t, string(r.Body), `"data":[]`)
		}})
	})
}

func TestFiltersSortsAndFlags(t *testing.T) {
	each(t, suppliers, func(w *world) {
		for i, days := range []int{40, 7, 40, 1, 365} {
			w.Do(w.t, kittest.Case{Path: "/suppliers", As: w.manager, Status: 201, Body: fmt.Sprintf(
				`{"name":"Supplier %d","email":"s%d@x.test","parent_id":%d,"lead_days":%d,"preferred":%t,"terms":"%s"}`,
				i, i, i%2+1, days, i%2 == 0, []string{"prepaid", "30 days"}[i%2])})
		}
		for query, want := range map[string][]int64{
			"":                                {5, 4, 3, 2, 1},
			"preferred=true":                  {5, 3, 1},
			"preferred=false&sort=created_at": {2, 4},
			"slow=true":                       {5, 3, 1},
			"slow=false&preferred=false":      {4, 2},
			"slow=true&preferred=false":       {},
			"terms=30%20days":                 {4, 2},
			"parent_id=1&slow=true":           {5, 3, 1},
			"sort=lead_days":                  {4, 2, 1, 3, 5},
			"sort=-lead_days":                 {5, 3, 1, 2, 4},
			"sort=-lead_days&preferred=true":  {5, 3, 1},
			"credit_cents=0&search=supplier":  {5, 4, 3, 2, 1},
			"sort=name&search=s1":             {2},
		} {
			require.Equal(w.t, want, w.list("/suppliers?"+query), query)
			paged := w.list("/suppliers?limit=1&" + query)
			require.Equal(w.t, want, paged, "page by page: %s", query)
		}
		for _, query := range []string{"preferred=1", "preferred=", "slow=maybe", "terms=never", "parent_id=x", "parent_id=01", "credit_cents=1.0"} {
			w.Do(w.t, kittest.Case{Path: "/suppliers?" + query, As: w.viewer, Status: 400, Code: "PARAMETER_INVALID"})
		}
		for _, query := range []string{"tax_id=1", "rating=0", "email=s1@x.test"} {
			w.Do(w.t, kittest.Case{Path: "/suppliers?" + query, As: w.viewer, Status: 400, Code: "PARAMETER_UNKNOWN"})
		}
	})
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	require.NoError(w.t, w.db.Tx(context.Background(), func(tx *db.Tx) error { return tx.Exec(sql, args...).Error }))
}

// list gives the ids of a whole list, page by page.
func (w *world) list(path string) []int64 {
	w.t.Helper()
	ids := []int64{}
	for at := path; ; {
		var page struct {
			Data []struct {
				ID int64 `json:"id"`
			} `json:"data"`
			Next *string `json:"next_cursor"`
			Prev *string `json:"prev_cursor"`
		}
		w.Do(w.t, kittest.Case{Path: at, As: w.viewer, Status: 200}).JSON(w.t, &page)
		for _, row := range page.Data {
			ids = append(ids, row.ID)
		}
		if page.Next == nil {
			return ids
		}
		at = "/suppliers?limit=1&cursor=" + *page.Next
	}
}

func TestHardDeletion(t *testing.T) {
	each(t, suppliers, func(w *world) {
		w.Do(w.t, kittest.Case{Path: "/suppliers", As: w.manager, Body: full, Status: 201})
		key := map[string]string{"If-Match": `"1"`, "Idempotency-Key": "k"}
		w.Run(w.t, []kittest.Case{
			{Name: "a reader may not", Method: "DELETE", Path: "/suppliers/1", As: w.viewer, Header: key, Status: 403, Code: "FORBIDDEN"},
			{Name: "delete", Method: "DELETE", Path: "/suppliers/1", As: w.manager, Header: key, Status: 204},
			{Name: "again, the same", Method: "DELETE", Path: "/suppliers/1", As: w.manager, Header: key, Status: 204},
			{Name: "gone", Path: "/suppliers/1", As: w.viewer, Status: 404},
			{Name: "for good", Method: "POST", Path: "/suppliers/1/restore", As: w.manager, Status: 404},
			{Name: "its history stays", Path: "/suppliers/1/events", As: w.viewer, Status: 200, Check: func(t *testing.T, r *kittest.Response) {
				require.Contains(t, string(r.Body), `"action":"deleted"`)
			}},
			{Name: "its address is free", Path: "/suppliers", As: w.manager, Body: full, Status: 201},
		})
	})
}

func TestWhatAChangeBringsWithIt(t *testing.T) {
	refused := fault.New(fault.Conflict, "DUPLICATE").On("name", "TAKEN")
	var seen []string
	r := suppliers
	r.Changed = func(_ *db.Tx, before, after *Supplier) error {
		name := func(s *Supplier) string {
			if s == nil {
				return "-"
			}
			return fmt.Sprintf("%d:%s:%d", s.ID, s.Name, s.Version)
		}
		seen = append(seen, name(before)+">"+name(after))
		if after != nil && after.Name == "Refused" {
			return refused
		}
		return nil
	}
	each(t, r, func(w *world) {
		seen = nil
		patch := func(name string, status int) kittest.Case {
			return kittest.Case{Method: "PATCH", Path: "/suppliers/1", As: w.manager, Body: `{"name":"` + name + `"}`, Header: ifMatch("*"), Status: status}
		}
		w.Do(w.t, kittest.Case{Path: "/suppliers", As: w.manager, Body: full, Status: 201})
		w.Run(w.t, []kittest.Case{patch("Hilos SA", 200), patch("Refused", 409), patch("Lanas", 200)})
		w.Do(w.t, kittest.Case{Method: "DELETE", Path: "/suppliers/1", As: w.manager, Header: ifMatch("*"), Status: 204})
		require.Equal(w.t, []string{"->1:Hilos SA:1", "1:Hilos SA:1>1:Refused:2", "1:Hilos SA:1>1:Lanas:2", "1:Lanas:2>-"}, seen)
		rows, err := w.db.Events(context.Background(), "supplier", 1, 0, 10)
		require.NoError(w.t, err)
		require.Len(w.t, rows, 3, "a change that is refused leaves no event")
	})
}

// TestEveryStatementIsNeeded fails each statement of a change in turn: the change is undone as a whole, and made by the
// retry with the same key.
func TestEveryStatementIsNeeded(t *testing.T) {
	faults := &dbtest.Faults{}
	dbtest.EachWith(t, db.Options{Wrap: faults.Wrap}, func(t *testing.T, d *db.DB) {
		faults.Arm(nil)
		require.NoError(t, db.Migrate(context.Background(), d, db.Migrations(), os.DirFS("testdata/migrations")))
		table := crud.NewTable(d, suppliers)
		create := func(i int) error {
			input, err := table.Input([]byte(strings.Replace(full, "ventas", fmt.Sprintf("ventas%d", i), 1)))
			require.NoError(t, err)
			call := db.Call{Caller: "operator:1", Key: strconv.Itoa(i), Hashes: [][]byte{{1}}, Actor: "operator:1", Channel: "API"}
			_, err = table.Create(context.Background(), crud.Request[Supplier]{Call: call, Input: input})
			return err
		}
		require.NoError(t, create(0))
		for k := 1; ; k++ {
			met := false
			faults.Arm(func(c dbtest.Call) dbtest.Fault {
				if c.Number == k {
					met = true
					return dbtest.ReplyLost
				}
				return dbtest.None
			})
			_ = create(k)
			faults.Arm(nil)
			require.NoError(t, create(k), "the retry after call %d was lost", k)
			if !met {
				break
			}
		}
		var rows, events int64
		require.NoError(t, d.Read(context.Background()).Table("suppliers").Count(&rows).Error)
		require.NoError(t, d.Read(context.Background()).Table("events").Count(&events).Error)
		require.Equal(t, rows, events)
		require.Greater(t, rows, int64(4))
	})
}

func TestDescriptionsThatCannotWork(t *testing.T) {
	broken := func(change func(r *crud.Resource[Supplier])) func() {
		r := suppliers
		change(&r)
		return func() { crud.NewTable(nil, r) }
	}
	elsewhere := ""
	require.Panics(t, broken(func(r *crud.Resource[Supplier]) {
		r.Fields = func(s *Supplier) []*crud.Field { return append(suppliers.Fields(s), crud.Text(&elsewhere)) }
	}), "a field of no row")
	require.Panics(t, broken(func(r *crud.Resource[Supplier]) {
		r.Fields = func(s *Supplier) []*crud.Field { return suppliers.Fields(s)[1:] }
	}), "a column without a field")
	require.Panics(t, broken(func(r *crud.Resource[Supplier]) {
		r.Fields = func(s *Supplier) []*crud.Field {
			return append(suppliers.Fields(s)[1:], crud.Text(&s.Name).Default(7))
		}
	}), "a default of another type")
	require.Panics(t, broken(func(r *crud.Resource[Supplier]) {
		r.Deletion = crud.Soft
		r.Fields = func(s *Supplier) []*crud.Field {
			fields := suppliers.Fields(s)
			fields[2].Unique()
			return fields
		}
	}), "a unique column that a deleted row could not free")
	require.NotPanics(t, broken(func(*crud.Resource[Supplier]) {}))
}

func TestCursorsAreStrict(t *testing.T) {
	cursor := lists.Cursor{List: "sort=name", Value: "ñandú", ID: 1<<62 + 1, Back: true}
	request, err := lists.Parse(map[string][]string{"cursor": {cursor.String()}}, "sort")
	require.NoError(t, err)
	require.Equal(t, &cursor, request.At, "all 64 bits come back")
	raw := func(parts ...string) string {
		return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(parts, "\x00")))
	}
	for _, s := range []string{
		"", " ", "!", cursor.String() + "=", cursor.String()[1:], strings.ToUpper(cursor.String()),
		raw("sort=name", "x", "5"), raw("sort=name", "x", "5", "true", ""), raw("sort=name", "x", "05", "true"),
		raw("sort=name", "x", "+5", "true"), raw("sort=name", "x", "five", "true"), raw("sort=name", "x", "5", "maybe"),
		raw("sort=%6eame", "x", "5", "true"), raw("sort=name", "\xff", "5", "true"),
	} {
		_, err := lists.Parse(map[string][]string{"cursor": {s}}, "sort")
		require.True(t, fault.Is(err, "CURSOR_INVALID"), "%q: %v", s, err)
	}
}
