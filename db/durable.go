package db

import (
	"context"
	"fmt"
)

// Weaknesses are the settings of the database with which a power cut may lose what was acknowledged.
func (d *DB) Weaknesses(ctx context.Context) ([]string, error) {
	if d.dialect == SQLite {
		return d.sqliteWeaknesses(ctx)
	}
	var weak []string
	for _, w := range weaknesses {
		var yes bool
		if err := d.Read(ctx).Raw(w.query).Find(&yes).Error; err != nil {
			return nil, fmt.Errorf("settings of the server: %w", err)
		}
		if yes {
			weak = append(weak, w.text)
		}
	}
	return weak, nil
}

// weaknesses are those that a server may have, each with the question whether it has it.
var weaknesses = []struct{ query, text string }{
	{
		"SELECT @@GLOBAL.innodb_flush_log_at_trx_commit <> 1",
		"innodb_flush_log_at_trx_commit is not 1: a crash loses the last second of acknowledged changes",
	},
	{
		"SELECT @@GLOBAL.innodb_doublewrite IN ('0', 'OFF', 'DETECT_ONLY')",
		"innodb_doublewrite is off: a power cut may leave half a page, which cannot be read again",
	},
	{
		"SELECT @@GLOBAL.innodb_flush_method IN ('nosync', 'littlesync', 'O_DIRECT_NO_FSYNC')",
		"innodb_flush_method does not wait for the disk: a power cut may lose acknowledged changes",
	},
	{
		"SELECT @@GLOBAL.log_bin AND @@GLOBAL.sync_binlog <> 1",
		"sync_binlog is not 1: after a crash the binary log, and with it replicas, may lack acknowledged changes",
	},
}

func (d *DB) sqliteWeaknesses(ctx context.Context) ([]string, error) {
	var synchronous int
	var journal string
	if err := d.write.sql.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&synchronous); err != nil {
		return nil, fmt.Errorf("settings of the database: %w", err)
	}
	if err := d.write.sql.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&journal); err != nil {
		return nil, fmt.Errorf("settings of the database: %w", err)
	}
	var weak []string
	if synchronous < 2 { // FULL
		weak = append(weak, "synchronous is not FULL: a power cut may lose acknowledged changes")
	}
	if journal == "off" || journal == "memory" {
		weak = append(weak, "journal_mode is "+journal+": a crash may leave the file broken")
	}
	return weak, nil
}
