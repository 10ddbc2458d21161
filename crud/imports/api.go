package imports

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gofiber/fiber/v2"

	"b2b.example/crud"
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
// crud.Serve of the same table, whose paths would take "imports" for an id.
func Serve[T any](a *kit.App, d *db.DB, t *crud.Table[T]) {
	s := &service[T]{Table: t, d: d, fresh: make(chan struct{}, 1)}
	s.routes(a)
	a.OnServe(func(ctx context.Context) {
		s.work(ctx, func(err error) { a.Log().Error("imports of "+t.Plural, "error", err) })
	})
}

func (s *service[T]) routes(a *kit.App) {
	t := s.Table
	one, all := kit.SchemaOf[Report](a), "/"+t.Plural+"/imports"
	page := openapi3.NewSchemaRef("", crud.PageSchema(kit.SchemaOf[Import](a)))
	op := func(id, summary string, op kit.Op) kit.Op {
		op.ID, op.Summary, op.Tag, op.Guard = id+strings.ToUpper(t.Name[:1])+t.Name[1:]+"Import", summary, t.Plural, kit.Operators(kit.Manager)
		return op
	}
	kit.Handle(a, fiber.MethodPost, all, op("create", "Take in a file of "+t.Plural, kit.Op{
		Out: one, Status: fiber.StatusAccepted, Key: kit.KeyHonoured, Upload: mostBytes, Location: true, Gone: true,
	}), s.create)
	kit.Handle(a, fiber.MethodGet, all, op("list", "Files that were taken in, newest first", kit.Op{
		Out: page, Query: crud.PageParameters(), Link: true, Codes: []string{"CURSOR_INVALID"},
	}), s.list)
	kit.Handle(a, fiber.MethodGet, all+"/:id", op("get", "How far a file is, and what is wrong with it", kit.Op{Out: one}), s.get)
	kit.Handle(a, fiber.MethodPost, all+"/:id/run", op("run", "Take in a file that has been checked", kit.Op{
		Out: one, Status: fiber.StatusAccepted, Key: kit.KeyHonoured, Location: true, Gone: true, Codes: []string{"IMPORT_NOT_CHECKED"},
	}), s.run)
}

// create stores the file, and then makes the import of it, once for the request's key.
func (s *service[T]) create(c *fiber.Ctx, in *uploaded) (*kit.Answer, error) {
	call, err := crud.CallOf(c)
	if err != nil {
		return nil, err
	}
	file, name, err := fileOf(c)
	if err != nil {
		return nil, err
	}
	if in.FileName != "" {
		name = in.FileName
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(kit.Context(c)), uploadTime)
	defer cancel()
	staged := &row{
		EntityType: s.Name, FileName: name, Caller: call.Caller, Actor: call.Actor, ActorName: call.ActorName, Channel: call.Channel,
		RequestID: call.RequestID, Trial: in.DryRun, Kept: true, Preview: "[]",
	}
	digest := sha256.New()
	l, err := s.stage(ctx, staged, io.TeeReader(file, digest))
	if err != nil {
		return nil, err
	}
	call.Hashes = withFile(call.Hashes, digest)
	answer, err := s.d.Once(ctx, db.Write{Call: call, Now: s.now(kit.Language(c)), Effect: func(tx *db.Tx) (db.Answer, error) {
		made := *staged
		made.rewind(l, map[bool]string{true: Checking, false: Running}[in.DryRun], tx.Now)
		if err := made.save(tx); err != nil {
			return db.Answer{}, err
		}
		return s.answer(&made, nil, kit.Language(c))
	}})
	s.wake()
	return crud.Sent(answer, err)
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

// fileOf finds the file in a request: its body, or the first file of a form.
func fileOf(c *fiber.Ctx) (file io.Reader, name string, err error) {
	media, options, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	charset := options["charset"]
	switch {
	case err == nil && media == "text/csv" && (charset == "" || strings.EqualFold(charset, "utf-8")):
		return kit.Upload(c), "", nil
	case err != nil || media != "multipart/form-data":
		return nil, "", fault.New(fault.UnsupportedMedia, "MEDIA_TYPE_UNSUPPORTED")
	}
	form := multipart.NewReader(kit.Upload(c), options["boundary"])
	for {
		part, err := form.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return nil, "", fault.New(fault.Malformed, "BODY_REQUIRED")
		case err != nil:
			return nil, "", unreadable(err)
		case part.FileName() != "":
			return parts{part}, plainName(part.FileName()), nil
		}
	}
}

// parts tells what is wrong with a form as a fault.
type parts struct{ *multipart.Part }

func (p parts) Read(b []byte) (int, error) {
	n, err := p.Part.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = unreadable(err)
	}
	return n, err
}

func unreadable(err error) error {
	if f, ok := errors.AsType[*fault.Fault](err); ok {
		return f
	}
	return fault.New(fault.Malformed, "MALFORMED_REQUEST").Because(err)
}

// plainName is a file's name as it can be shown.
func plainName(name string) string {
	if !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }) {
		return ""
	}
	return string([]rune(name)[:min(utf8.RuneCountInString(name), 255)])
}

// wake lets the worker of this process begin at once.
func (s *service[T]) wake() {
	select {
	case s.fresh <- struct{}{}:
	default:
	}
}

// run begins an import that has been checked.
func (s *service[T]) run(c *fiber.Ctx, in *byID) (*kit.Answer, error) {
	answer, err := crud.Write(c, s.d, func(tx *db.Tx) (db.Answer, error) {
		found, err := s.find(tx.Clauses(db.Lock()), in.ID)
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
		return s.answer(found, nil, kit.Language(c))
	}, s.now(kit.Language(c)))
	s.wake()
	return answer, err
}
