package imports

import (
	"context"
	"io"
	"strconv"

	"b2b.example/crud/exports"
	"b2b.example/db"
)

// Store is where the files of one kind of entity are taken in: our own table, or another service's API.
type Store interface {
	// Upload takes a file, once for its call's key; its import begins at once.
	Upload(ctx context.Context, f File) (db.Answer, error)
	// Run begins an import that has been checked, once for the call's key.
	Run(ctx context.Context, call db.Call, id int64, language string) (db.Answer, error)
	// Get tells how far an import is, or the fault NOT_FOUND.
	Get(ctx context.Context, id int64, language string) (*Report, error)
	// FaultsFile is what is kept of an import's faults, as a file.
	FaultsFile(ctx context.Context, id int64) (exports.Writer, error)
	// Newest are the newest imports, up to so many.
	Newest(ctx context.Context, most int) ([]Import, error)
}

// File is a file as it comes.
type File struct {
	db.Call
	Name     string
	Trial    bool // it is checked first, and run when somebody says so
	Content  io.Reader
	Language string // of who reads the answer
}

// path is where the imports of a kind of entity are.
func path(plural string) string { return "/" + plural + "/imports" }

func pathOf(plural string, id int64) string { return path(plural) + "/" + strconv.FormatInt(id, 10) }
