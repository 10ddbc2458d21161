package db

import (
	"database/sql"
	"strings"
	"time"
)

// TimeText selects a time as text, for a Moment. The driver of SQLite tries one format after the other for each time that
// it knows to be one, which is felt where there are millions.
func TimeText(column string) string { return "CAST(" + column + " AS CHAR)" }

// Moment is a time that was selected with TimeText.
type Moment struct{ sql.NullTime }

// Scan is part of sql.Scanner.
func (m *Moment) Scan(value any) error {
	var text sql.NullString
	if err := text.Scan(value); err != nil || !text.Valid {
		m.NullTime = sql.NullTime{}
		return err
	}
	date, clock, _ := strings.Cut(strings.Replace(text.String, "T", " ", 1), " ")
	if !strings.ContainsAny(clock, "Z+-") { // MySQL does not say that it is UTC
		clock += "Z"
	}
	at, err := time.Parse(time.RFC3339Nano, date+"T"+clock)
	m.NullTime = sql.NullTime{Time: at.UTC(), Valid: err == nil}
	return err
}

// OrNil is the time; nil for NULL.
func (m *Moment) OrNil() *time.Time {
	if !m.Valid {
		return nil
	}
	at := m.Time
	return &at
}
