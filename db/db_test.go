package db_test

import (
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"b2b.example/db"
	"b2b.example/db/dbtest"
)

func TestOpenRefusesOtherAddresses(t *testing.T) {
	for _, url := range []string{"", "postgres://x/y", "mysql://", "mysql://host", "mysql://user:secret@host:3306/"} {
		_, err := db.Open(ctx, url, db.Options{})
		require.Error(t, err, url)
		assert.NotContains(t, err.Error(), "secret")
	}
}

func TestTimesAndTextsAreReadAsWritten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		at := d.Now()
		assert.Zero(t, at.Nanosecond()%1000)
		for _, text := range []string{"José 😀 \u202eabc", " x ", "jose", "josé", "JOSÉ", `"<b>'\\`} {
			require.NoError(t, d.Tx(ctx, func(tx *db.Tx) error {
				return tx.Exec("INSERT INTO login_failures (subject, failures, since, last_at) VALUES (?, ?, ?, ?)", text, 1, at, at).Error
			}), text)
			var row struct {
				Subject string
				Since   time.Time
			}
			require.NoError(t, d.Read(ctx).Table("login_failures").Where("subject = ?", text).Take(&row).Error)
			assert.Equal(t, text, row.Subject)
			assert.Equal(t, at, row.Since)
		}
	})
}

// TestMigrationsMayStartAtOnce: several processes start on an empty database, and all of them find it ready.
func TestMigrationsMayStartAtOnce(t *testing.T) {
	dbtest.EachURL(t, func(t *testing.T, url string) {
		more, sql := fstest.MapFS{}, []byte("-- +goose Up\nCREATE TABLE IF NOT EXISTS more (id BIGINT PRIMARY KEY);\n")
		for _, dialect := range []string{"mysql", "sqlite"} {
			more[dialect+"/90001_more.sql"] = &fstest.MapFile{Data: sql}
		}
		var wait sync.WaitGroup
		for range 4 {
			d := dbtest.Open(t, url, db.Options{})
			wait.Go(func() { assert.NoError(t, db.Migrate(ctx, d, db.Migrations(), more)) })
		}
		wait.Wait()
		d := dbtest.Open(t, url, db.Options{})
		var rows int64
		require.NoError(t, d.Read(ctx).Table("more").Count(&rows).Error)
		require.NoError(t, db.Migrate(ctx, d), "again")
	})
}

// TestMigrationsMayBeKilled: whoever changed a schema was killed before that was noted. The next one goes on from there; what
// may have been half done is told instead.
func TestMigrationsMayBeKilled(t *testing.T) {
	for name, c := range map[string]struct {
		done, rest string
		versions   []int64
	}{
		"columns and an index": {done: "ALTER TABLE sessions ADD COLUMN more INT, ADD INDEX sessions_more (more);", versions: []int64{90001, 90002}},
		"an index":             {done: "CREATE INDEX sessions_more ON sessions (operator_id, id);", versions: []int64{90001, 90002}},
		"one of two":           {done: "ALTER TABLE sessions ADD COLUMN more INT;", rest: "UPDATE sessions SET more = 1;"},
	} {
		t.Run(name, func(t *testing.T) {
			d := dbtest.Open(t, dbtest.MySQL(t), db.Options{})
			require.NoError(t, d.Read(ctx).Exec(c.done).Error)
			err := db.Migrate(ctx, d, db.Migrations(), fstest.MapFS{
				"mysql/90001_more.sql": {Data: []byte("-- +goose Up\n" + c.done + "\n" + c.rest + "\n-- +goose Down\nSELECT 1;\n")},
				"mysql/90002_most.sql": {Data: []byte("-- +goose Up\nCREATE TABLE most (id INT);\n")},
			})
			if c.versions == nil {
				require.ErrorContains(t, err, "Duplicate column")
			} else {
				require.NoError(t, err)
			}
			var versions []int64
			require.NoError(t, d.Read(ctx).Table("goose_db_version").Where("version_id > 90000").Order("version_id").Pluck("version_id", &versions).Error)
			require.Equal(t, append([]int64{}, c.versions...), versions)
		})
	}
}

func TestDuplicateNamesItsColumn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		insert := func() error {
			return d.Tx(ctx, func(tx *db.Tx) error {
				return tx.Exec("INSERT INTO customers (name, name_key, email, email_key, phone, tax_id, version, created_at, updated_at) "+
					"VALUES ('a', 'a', 'a@b.c', 'a@b.c', '', '', 1, ?, ?)", tx.Now, tx.Now).Error
			})
		}
		require.NoError(t, insert())
		column, duplicate := db.Duplicate(insert())
		assert.True(t, duplicate)
		assert.Equal(t, "email_key", column)
		_, duplicate = db.Duplicate(nil)
		assert.False(t, duplicate)
	})
}

func TestStatementsStayPrepared(t *testing.T) {
	faults := &dbtest.Faults{}
	dbtest.EachWith(t, db.Options{Wrap: faults.Wrap, PoolSize: 1}, func(t *testing.T, d *db.DB) {
		once := func() {
			_, err := d.Once(ctx, write("a", "", 1))
			require.NoError(t, err)
		}
		once()
		once()
		faults.Arm(nil)
		once()
		for _, call := range faults.Calls() {
			assert.NotEqual(t, dbtest.Prepare, call.Kind, call.SQL)
		}
	})
}

func TestInsertAndPaddedKeepShapesFew(t *testing.T) {
	shapes := map[int]bool{}
	for n := 2; n <= 200; n++ {
		values := make([]int, n)
		values[n-1] = 7
		padded := db.Padded(values)
		shapes[len(padded)] = true
		assert.Equal(t, values, padded[:n])
		assert.Equal(t, 7, padded[len(padded)-1])
	}
	assert.Len(t, shapes, 8)

	faults := &dbtest.Faults{}
	dbtest.EachWith(t, db.Options{Wrap: faults.Wrap}, func(t *testing.T, d *db.DB) {
		statements := map[string]bool{}
		for n := 1; n <= 40; n++ {
			faults.Arm(nil)
			require.NoError(t, d.Tx(ctx, func(tx *db.Tx) error {
				events := make([]db.Event, n)
				for i := range events {
					events[i] = db.Event{EntityType: "thing", EntityID: int64(n), EntityVersion: int64(i + 1)}
				}
				return tx.Record(events...)
			}))
			for _, call := range faults.Calls() {
				if strings.HasPrefix(call.SQL, "INSERT") {
					statements[call.SQL] = true
				}
			}
			assert.Equal(t, n, effects(t, d, int64(n)))
		}
		assert.LessOrEqual(t, len(statements), 8+2)
	})
}

func TestFold(t *testing.T) {
	for _, same := range [][]string{
		{"jose perez", "José  PÉREZ", " JOSE\tperez "},
		{"istanbul", "İstanbul"},
		{"한국", "한국"},
	} {
		for _, text := range same[1:] {
			assert.Equal(t, same[0], db.Fold(text))
		}
	}
	assert.Equal(t, "josé@x.es", db.MailKey(" JOSE\u0301@X.es "))
	assert.NotEqual(t, db.MailKey("jose@x.es"), db.MailKey("josé@x.es"))
}
