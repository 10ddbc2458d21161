// Package imports takes in a table's entities from CSV files, in the service that owns the table. A file is stored as it
// comes, and gone through in small transactions, each of which keeps what it did and where it stopped: so an import goes
// on where it was, whichever process does, and needs little memory however long the file is.
package imports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"b2b.example/crud"
	"b2b.example/db"
	"b2b.example/kit"
)

const (
	chunkSize = 256 << 10
	pieceSize = 64 << 10 // what is read of a chunk at a time
	keptFor   = 7 * 24 * time.Hour
	stagedFor = time.Hour // a file that is being uploaded
)

// MostBytes is how large a file may be, and MostFaults how many faults are kept of one: all are counted.
const (
	MostBytes  = 100 << 20
	MostFaults = 1000
)

// Role is the least that may take in files.
const Role = kit.Manager

// The statuses of an import.
const (
	Uploading = "UPLOADING" // and seen by nobody
	Checking  = "CHECKING"
	Checked   = "CHECKED" // and waiting to be run
	Running   = "RUNNING"
	Done      = "DONE"
	Failed    = "FAILED" // as a whole: see its failure
)

// row is an import as it is stored.
type row struct {
	ID                                                   int64
	EntityType, FileName                                 string
	Caller, Actor, ActorName, Channel, RequestID         string
	Status                                               string
	Trial, Kept                                          bool
	Header                                               string
	Bytes, Position, Line                                int64
	RowsSeen                                             int64
	CreatedRows, ChangedRows, UnchangedRows, RefusedRows int64
	Faults                                               int64
	Failure, Preview                                     string
	Version                                              int64
	CreatedAt                                            time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt                                            time.Time `gorm:"autoUpdateTime:false"`
}

// TableName is part of GORM's conventions.
func (row) TableName() string { return "imports" }

// rewind goes back to the first row, for another pass.
func (r *row) rewind(l *layout, status string, at time.Time) {
	r.Status, r.Position, r.Line, r.Preview, r.UpdatedAt = status, l.length, 1+l.lines, "[]", at
	r.RowsSeen, r.CreatedRows, r.ChangedRows, r.UnchangedRows, r.RefusedRows, r.Faults = 0, 0, 0, 0, 0, 0
	r.Version++
}

// call is who the events of the import name.
func (r *row) call() db.Call {
	return db.Call{Caller: r.Caller, Actor: r.Actor, ActorName: r.ActorName, Channel: r.Channel, RequestID: r.RequestID}
}

// save writes all that changes about an import.
func (r *row) save(tx *db.Tx) error {
	done := tx.Model(r).Select(
		"status", "kept", "header", "bytes", "position", "line", "rows_seen", "created_rows", "changed_rows", "unchanged_rows", "refused_rows",
		"faults", "failure", "preview", "version", "updated_at",
	).Updates(r)
	if done.Error != nil {
		return fmt.Errorf("save an import: %w", done.Error)
	}
	return nil
}

// chunk is a piece of a file.
type chunk struct {
	ImportID, N int64
	Content     []byte
}

// TableName is part of GORM's conventions.
func (chunk) TableName() string { return "import_chunks" }

// faultRow is one thing that is wrong with one row of a file.
type faultRow struct {
	ID, ImportID, Line            int64
	ColumnName, Value, Code, Args string
}

// TableName is part of GORM's conventions.
func (faultRow) TableName() string { return "import_faults" }

// subject is the hash of an id or a unique value that the file has had already.
type subject struct {
	ImportID int64
	Subject  []byte
}

// TableName is part of GORM's conventions.
func (subject) TableName() string { return "import_subjects" }

// service takes in the files of one table.
type service[T any] struct {
	*crud.Table[T]
	d    *db.DB
	wake func() // lets the worker of this process begin at once
}

// content reads a stored file from a place on.
type content struct {
	tx *gorm.DB
	id int64
	at int64
}

func (c *content) Read(p []byte) (int, error) {
	var pieces []struct{ Piece []byte }
	n, from := c.at/chunkSize, c.at%chunkSize+1
	err := c.tx.Table("import_chunks").Select("SUBSTR(content, ?, ?) AS piece", from, len(p)).Where("import_id = ? AND n = ?", c.id, n).Find(&pieces).Error
	switch {
	case err != nil:
		return 0, fmt.Errorf("read a file: %w", err)
	case len(pieces) == 0 || len(pieces[0].Piece) == 0:
		return 0, io.EOF
	}
	c.at += int64(len(pieces[0].Piece))
	return copy(p, pieces[0].Piece), nil
}

// stage stores a file as it comes, under an import that nobody sees yet.
func (s *service[T]) stage(ctx context.Context, r *row, file io.Reader) (*layout, error) {
	buffer := make([]byte, chunkSize)
	n, err := io.ReadFull(file, buffer)
	if err != nil && !ended(err) {
		return nil, err
	}
	l, unreadable := readLayout(buffer[:n], s.Looks())
	if unreadable != nil {
		return nil, unreadable
	}
	r.Header, r.Status = string(buffer[:l.length]), Uploading
	if err := s.d.Tx(ctx, func(tx *db.Tx) error {
		r.ID, r.CreatedAt, r.UpdatedAt = 0, tx.Now, tx.Now
		return tx.Create(r).Error
	}); err != nil {
		return nil, fmt.Errorf("stage an import: %w", err)
	}
	for i := int64(0); ; i++ {
		piece := chunk{ImportID: r.ID, N: i, Content: buffer[:n]}
		r.Bytes += int64(n)
		if err := s.d.Tx(ctx, func(tx *db.Tx) error { return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&piece).Error }); err != nil {
			return nil, fmt.Errorf("store a file: %w", err)
		}
		if n < chunkSize {
			return l, nil
		}
		if n, err = io.ReadFull(file, buffer); err != nil && !ended(err) {
			return nil, err
		}
	}
}

func ended(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }

// sweep removes what is no longer needed, a little at a time, and says whether there may be more. Mostly there is nothing,
// and no transaction for it.
func (s *service[T]) sweep(ctx context.Context) (more bool, err error) {
	if old, err := s.old(s.d.Read(ctx).Select("id"), s.d.Now()); err != nil || len(old) == 0 {
		return false, err
	}
	err = s.d.Tx(ctx, func(tx *db.Tx) error {
		old, err := s.old(tx.Clauses(db.LockSkip()), tx.Now)
		if err != nil || len(old) == 0 {
			return err
		}
		more = true
		return old[0].shrink(tx)
	})
	return more && err == nil, err
}

// old is one of the imports that keep what is no longer needed, if there is one.
func (s *service[T]) old(q *gorm.DB, at time.Time) ([]row, error) {
	var found []row
	err := q.Where("entity_type = ? AND kept = ? AND (status IN ? OR status = ? AND updated_at < ? OR status = ? AND updated_at < ?)",
		s.Name, true, []string{Done, Failed}, Checked, at.Add(-keptFor), Uploading, at.Add(-stagedFor)).Limit(1).Find(&found).Error
	return found, err
}

// shrink removes a part of what an import keeps; when nothing is left, the import keeps nothing.
func (r *row) shrink(tx *db.Tx) error {
	var chunks []int64
	var subjects [][]byte
	if err := tx.Table("import_chunks").Where("import_id = ?", r.ID).Limit(8).Pluck("n", &chunks).Error; err != nil {
		return err
	}
	if err := tx.Table("import_subjects").Where("import_id = ?", r.ID).Limit(512).Pluck("subject", &subjects).Error; err != nil {
		return err
	}
	if len(chunks) > 0 {
		if err := tx.Where("import_id = ? AND n IN ?", r.ID, db.Padded(chunks)).Delete(&chunk{}).Error; err != nil {
			return err
		}
	}
	if len(subjects) > 0 {
		return tx.Where("import_id = ? AND subject IN ?", r.ID, db.Padded(subjects)).Delete(&subject{}).Error
	}
	switch {
	case len(chunks) > 0:
		return nil
	case r.Status == Uploading:
		return tx.Delete(r).Error
	case r.Status == Checked:
		r.Status, r.Failure, r.UpdatedAt = Failed, "EXPIRED", tx.Now
		r.Version++
	}
	r.Kept = false
	return r.save(tx)
}
