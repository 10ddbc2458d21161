package imports

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gofiber/fiber/v2"

	"b2b.example/crud"
	"b2b.example/crud/lists"
	"b2b.example/crud/writes"
	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/kit/fault"
)

const (
	uploadTime  = 30 * time.Minute
	shownFaults = 100
)

// Import is an import as the API shows it.
type Import struct {
	ID        int64     `json:"id"`
	Entity    string    `json:"entity"`
	FileName  string    `json:"file_name"`
	Status    string    `json:"status"`
	DryRun    bool      `json:"dry_run"` // it was checked before it was run
	Bytes     int64     `json:"bytes"`
	Position  int64     `json:"position"` // bytes that have been gone through
	Rows      int64     `json:"rows"`
	Created   int64     `json:"created"`
	Changed   int64     `json:"changed"`
	Unchanged int64     `json:"unchanged"`
	Refused   int64     `json:"refused"`
	Failure   string    `json:"failure"`
	Actor     string    `json:"actor"`
	ActorName string    `json:"actor_name"`
	Version   int64     `json:"version"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// Report is an import with what there is to tell of its rows.
type Report struct {
	Import

	FaultCount int64        `json:"fault_count"`
	Faults     []RowFault   `json:"faults"`  // the first ones
	Preview    []PreviewRow `json:"preview"` // of a trial: the first rows that would change something
}

// RowFault is one thing that is wrong with one row.
type RowFault struct {
	Line   int64  `json:"line"`
	Column string `json:"column"`
	Value  string `json:"value"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// PreviewRow is what would become of a row.
type PreviewRow struct {
	Line    int64                 `json:"line"`
	Action  string                `json:"action"`
	ID      *int64                `json:"id"` // null for a new one
	Title   string                `json:"title"`
	Changes map[string]Difference `json:"changes"`
}

// Difference is a field before and after; what is not there is null.
type Difference struct {
	Old any `json:"old,omitempty"`
	New any `json:"new,omitempty"`
}

type (
	uploaded struct {
		DryRun   bool   `query:"dry_run"`
		FileName string `query:"file_name" validate:"max=255"`
	}
	byID struct {
		ID int64 `path:"id"`
	}
)

// Serve registers the imports of a table, and the work that goes through them while the app serves. It comes before
// rest.Serve of the same table, whose paths would take "imports" for an id. What it gives is for the table's screens.
func Serve[T any](a *kit.App, t *crud.Table[T]) Store {
	s := &service[T]{Table: t, d: t.DB()}
	s.routes(a)
	s.wake = a.Work("imports of "+t.Plural, s.step)
	return s
}

func (s *service[T]) routes(a *kit.App) {
	t := s.Table
	one, all := kit.SchemaOf[Report](a), path(t.Plural)
	page := openapi3.NewSchemaRef("", lists.PageSchema(kit.SchemaOf[Import](a)))
	op := func(id, summary string, op kit.Op) kit.Op {
		op.ID, op.Summary, op.Tag, op.Guard = id+strings.ToUpper(t.Name[:1])+t.Name[1:]+"Import", summary, t.Plural, kit.Operators(Role)
		return op
	}
	kit.Handle(a, fiber.MethodPost, all, op("create", "Take in a file of "+t.Plural, kit.Op{
		Out: one, Status: fiber.StatusAccepted, Key: kit.KeyHonoured, Upload: MostBytes, Location: true, Gone: true,
	}), s.create)
	kit.Handle(a, fiber.MethodGet, all, op("list", "Files that were taken in, newest first", kit.Op{
		Out: page, Query: lists.PageParameters(), Link: true, Codes: []string{"CURSOR_INVALID"},
	}), s.list)
	kit.Handle(a, fiber.MethodGet, all+"/:id", op("get", "How far a file is, and what is wrong with it", kit.Op{Out: one, CSV: true}), s.get)
	kit.Handle(a, fiber.MethodPost, all+"/:id/run", op("run", "Take in a file that has been checked", kit.Op{
		Out: one, Status: fiber.StatusAccepted, Key: kit.KeyHonoured, Location: true, Gone: true, Codes: []string{"IMPORT_NOT_CHECKED"},
	}), s.run)
}

func (s *service[T]) create(c *fiber.Ctx, in *uploaded) (*kit.Answer, error) {
	call, err := writes.CallOf(c)
	if err != nil {
		return nil, err
	}
	file, name, err := fileOf(c)
	if err != nil {
		return nil, err
	}
	return writes.Sent(s.Upload(kit.Context(c), File{Call: call, Name: cmp.Or(in.FileName, name), Trial: in.DryRun, Content: file, Language: kit.Language(c)}))
}

// Upload stores the file, and then makes the import of it, once for the call's key.
func (s *service[T]) Upload(ctx context.Context, f File) (db.Answer, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), uploadTime)
	defer cancel()
	staged := &row{
		EntityType: s.Name, FileName: f.Name, Caller: f.Caller, Actor: f.Actor, ActorName: f.ActorName, Channel: f.Channel,
		RequestID: f.RequestID, Trial: f.Trial, Kept: true, Preview: "[]",
	}
	digest := sha256.New()
	l, err := s.stage(ctx, staged, io.TeeReader(f.Content, digest))
	if err != nil {
		return db.Answer{}, err
	}
	f.Hashes = withFile(f.Hashes, digest)
	defer s.wake()
	return s.d.Once(ctx, db.Write{Call: f.Call, Now: s.now(f.Language), Effect: func(tx *db.Tx) (db.Answer, error) {
		made := *staged
		made.rewind(l, map[bool]string{true: Checking, false: Running}[f.Trial], tx.Now)
		if err := made.save(tx); err != nil {
			return db.Answer{}, err
		}
		return s.answer(&made, nil, f.Language)
	}})
}

// withFile tells a request from another with the same key and another file.
func withFile(hashes [][]byte, digest hash.Hash) [][]byte {
	var mixed [][]byte
	for _, one := range hashes {
		sum := sha256.Sum256(append(one, digest.Sum(nil)...))
		mixed = append(mixed, sum[:])
	}
	return mixed
}

func (s *service[T]) run(c *fiber.Ctx, in *byID) (*kit.Answer, error) {
	call, err := writes.CallOf(c)
	if err != nil {
		return nil, err
	}
	return writes.Sent(s.Run(kit.Context(c), call, in.ID, kit.Language(c)))
}

// Run begins an import that has been checked.
func (s *service[T]) Run(ctx context.Context, call db.Call, id int64, language string) (db.Answer, error) {
	defer s.wake()
	return s.d.Once(ctx, db.Write{Call: call, Now: s.now(language), Effect: func(tx *db.Tx) (db.Answer, error) {
		found, err := s.find(tx.Clauses(db.Lock()), id)
		if err != nil {
			return db.Answer{}, err
		}
		if found.Status != Checked {
			return db.Answer{}, fault.New(fault.Conflict, "IMPORT_NOT_CHECKED")
		}
		l, err := readLayout([]byte(found.Header), s.Looks())
		if err != nil {
			return db.Answer{}, err
		}
		found.rewind(l, Running, tx.Now)
		if err := tx.Where("import_id = ?", found.ID).Delete(&faultRow{}).Error; err != nil {
			return db.Answer{}, fmt.Errorf("begin an import: %w", err)
		}
		if err := found.save(tx); err != nil {
			return db.Answer{}, err
		}
		return s.answer(found, nil, language)
	}})
}
