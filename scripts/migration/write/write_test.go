package write

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/crud"
	"b2b.example/db"
	"b2b.example/db/dbtest"
	house "b2b.example/entities"
	"b2b.example/examples/suppliers/entities"
)

const suppliers = "../../../examples/suppliers/migrations"

// The example's migrations are what is written for it, unchanged.
func TestTheCommittedMigrationsAreWhatIsWritten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		change, err := Lacking(context.Background(), d, entities.Suppliers)
		require.NoError(t, err)
		files, err := filepath.Glob(filepath.Join(suppliers, string(d.Dialect()), "*_"+change.Name+".sql"))
		require.NoError(t, err)
		require.Len(t, files, 1)
		committed, err := os.ReadFile(files[0])
		require.NoError(t, err)
		require.Equal(t, change.File(), string(committed))
	})
}

// longer is a supplier with more fields, of every kind.
type longer struct {
	entities.Supplier
	City, Code, Terms string
	Rating            int64
	Blocked           bool
	AuditedAt         *time.Time
}

// TableName is that of the suppliers.
func (longer) TableName() string { return "suppliers" }

func longerSuppliers() crud.Resource[longer] {
	r := crud.Resource[longer]{Name: "supplier", Plural: "suppliers", Write: "manager", Deletion: crud.Soft}
	r.Title = func(l *longer) string { return l.Name }
	r.Fields = func(l *longer) []*crud.Field {
		return append(entities.Suppliers.Fields(&l.Supplier),
			crud.Text(&l.City).Len(0, 80).Search().Sort(), crud.Text(&l.Code).Len(0, 8), crud.Choice(&l.Terms, "prepaid", "30 days").Default("prepaid").Filter(),
			crud.Int(&l.Rating).Between(0, 5).Default(int64(3)).Filter().Sort(), crud.Bool(&l.Blocked).Filter(), crud.Time(&l.AuditedAt),
		)
	}
	return r
}

// A field that is added to an entity is a column that is added to its table: rows that are there get its default, a file
// does it and another takes it away again, and afterwards nothing is lacking.
func TestAFieldIsAdded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		require.NoError(t, db.Migrate(ctx, d, db.Migrations(), os.DirFS(suppliers)))
		change, err := Lacking(ctx, d, entities.Suppliers)
		require.NoError(t, err)
		require.Empty(t, change.Up, "the migrations have all of the description")
		table := crud.NewTable(d, entities.Suppliers)
		input, err := table.Input([]byte(`{"name":"Hilos","email":"a@hilos.test"}`))
		require.NoError(t, err)
		call := db.Call{Caller: "operator:1", Key: "k", Hashes: [][]byte{{1}}, Actor: "operator:1", Channel: "API"}
		_, err = table.Create(ctx, crud.Request[entities.Supplier]{Call: call, Input: input})
		require.NoError(t, err)

		change, err = Lacking(ctx, d, longerSuppliers())
		require.NoError(t, err)
		require.Equal(t, "suppliers_city_city_key_code_terms_rating_blocked_audited_at", change.Name)
		row, err := crud.NewTable(d, longerSuppliers()).Get(ctx, 1)
		require.NoError(t, err)
		require.Equal(t, "Hilos  prepaid 3 false", fmt.Sprint(row.Name, " ", row.City, " ", row.Terms, " ", row.Rating, " ", row.Blocked))
		require.Nil(t, row.AuditedAt)

		for _, index := range []string{"suppliers_rating", "suppliers_rating_order"} {
			require.Contains(t, change.File(), index, "a field that is filtered and sorted by has an index for each")
		}
		if d.Dialect() == db.MySQL {
			require.Len(t, change.Up, 1, "MySQL commits each statement by itself")
			require.Len(t, change.Down, 1)
		}
		for range 2 {
			again, err := Lacking(ctx, d, longerSuppliers())
			require.NoError(t, err)
			require.Empty(t, again.Up)
			run(t, d, change.Down)
			run(t, d, change.Up)
		}
	})
}

func run(t *testing.T, d *db.DB, statements []string) {
	t.Helper()
	for _, sql := range statements {
		require.NoError(t, d.Tx(context.Background(), func(tx *db.Tx) error { return tx.Exec(sql).Error }), sql)
	}
}

// A field that is there, and is to be sorted or filtered by now, gets the index that serves it; one that has it already, by
// whatever name, gets none.
func TestAFieldThatIsThereIsSortedBy(t *testing.T) {
	sorted := entities.Suppliers
	sorted.Fields = func(s *entities.Supplier) []*crud.Field {
		fields := entities.Suppliers.Fields(s)
		for _, f := range fields {
			if kind := f.Look().Kind; kind == crud.KindMoney {
				f.Filter().Sort()
			} else if kind == crud.KindBool {
				f.Sort()
			}
		}
		return fields
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		require.NoError(t, db.Migrate(ctx, d, db.Migrations(), os.DirFS(suppliers)))
		change, err := Lacking(ctx, d, sorted)
		require.NoError(t, err)
		require.Equal(t, "suppliers_credit_cents_preferred", change.Name)
		for _, index := range []string{
			`suppliers_credit_cents (ON suppliers ?)?\(credit_cents,created_at,id\)`, `suppliers_credit_cents_order (ON suppliers ?)?\(credit_cents,id\)`,
			`suppliers_preferred_order (ON suppliers ?)?\(preferred,id\)`,
		} {
			require.Regexp(t, index, change.File())
		}
		require.NotContains(t, change.File(), "COLUMN")
		require.NotContains(t, change.File(), "suppliers_preferred ", "it is there already")
		for range 2 {
			again, err := Lacking(ctx, d, sorted)
			require.NoError(t, err)
			require.Empty(t, again.Up)
			run(t, d, change.Down)
			run(t, d, change.Up)
		}
	})
}

// The tables that were written by hand have all that their descriptions ask for.
func TestHandwrittenTablesLackNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		nothing(t, d, house.Customers)
		nothing(t, d, house.Products)
		nothing(t, d, house.Operators)
	})
}

func nothing[T any](t *testing.T, d *db.DB, r crud.Resource[T]) {
	t.Helper()
	change, err := Lacking(context.Background(), d, r)
	require.NoError(t, err)
	require.Empty(t, change.Up, r.Plural)
}
