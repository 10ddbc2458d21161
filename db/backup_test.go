package db_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"b2b.example/db"
	"b2b.example/db/dbtest"
)

func TestABackUpIsAWholeFileOrNone(t *testing.T) {
	url := dbtest.SQLite(t)
	d := dbtest.Open(t, url, db.Options{})
	path := filepath.Join(t.TempDir(), "copy.db")
	require.NoError(t, d.Backup(t.Context(), path))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	copied := dbtest.Open(t, "sqlite:"+path, db.Options{})
	var tables, copiedTables int64
	for q, n := range map[*db.DB]*int64{d: &tables, copied: &copiedTables} {
		require.NoError(t, q.Read(t.Context()).Raw("SELECT COUNT(*) FROM sqlite_master").Scan(n).Error)
	}
	require.Equal(t, tables, copiedTables)

	require.ErrorContains(t, d.Backup(t.Context(), path), "is there already")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	other := filepath.Join(filepath.Dir(path), "other.db")
	require.Error(t, d.Backup(ended, other))
	require.NoFileExists(t, other)
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*.part-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestAServerIsNoFile(t *testing.T) {
	require.ErrorIs(t, dbtest.Open(t, dbtest.MySQL(t), db.Options{}).Backup(t.Context(), filepath.Join(t.TempDir(), "x")), db.ErrNoFile)
}

func TestWeakSettingsAreNamed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		weak, err := d.Weaknesses(t.Context())
		require.NoError(t, err)
		if d.Dialect() == db.SQLite {
			require.Empty(t, weak)
			_, err := d.Writer().ExecContext(t.Context(), "PRAGMA synchronous = NORMAL")
			require.NoError(t, err)
			weak, err = d.Weaknesses(t.Context())
			require.NoError(t, err)
			require.Equal(t, []string{"synchronous is not FULL: a power cut may lose acknowledged changes"}, weak)
			return
		}
		var flush int
		require.NoError(t, d.Read(t.Context()).Raw("SELECT @@GLOBAL.innodb_flush_log_at_trx_commit").Scan(&flush).Error)
		require.Equal(t, flush != 1, len(weak) > 0 && weak[0] == "innodb_flush_log_at_trx_commit is not 1: a crash loses the last second of acknowledged changes")
	})
}
