package db

import "database/sql"

// Writer are the connections for changes, for a test that weakens them.
func (d *DB) Writer() *sql.DB { return d.write.sql }

// ParseMySQL reads an address.
var ParseMySQL = parseMySQL
