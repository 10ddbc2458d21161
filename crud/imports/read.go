package imports

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"gorm.io/gorm"

	"b2b.example/crud/exports"
	"b2b.example/crud/lists"
	"b2b.example/crud/writes"
	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/kit/i18n"
)

// listed are the columns that a list shows: neither the header nor the preview, which may be long.
const listed = "id, entity_type, file_name, status, trial, bytes, position, rows_seen, created_rows, changed_rows, unchanged_rows, " +
	"refused_rows, failure, actor, actor_name, version, created_at, updated_at"

func (s *service[T]) list(c *fiber.Ctx, _ *kit.Nothing) (*kit.Answer, error) {
	params, err := lists.QueryOf(c)
	if err != nil {
		return nil, err
	}
	request, err := lists.Parse(params)
	if err != nil {
		return nil, err
	}
	rows, err := s.newest(kit.Context(c), request.Limit+1, request.At)
	if err != nil {
		return nil, err
	}
	page := lists.PageOf(rows, request.Limit, request.At, func(r *row, back bool) lists.Cursor { return lists.Cursor{ID: r.ID, Back: back} })
	return &kit.Answer{Link: page.Link(c.Path()), Body: page.JSON(func(b []byte, r *row) []byte {
		text, _ := json.Marshal(r.shown()) // of plain values, which cannot fail
		return append(b, text...)
	})}, nil
}

// newest are the newest imports before a place in the list.
func (s *service[T]) newest(ctx context.Context, most int, at *lists.Cursor) ([]row, error) {
	q, order := s.ours(s.d.Read(ctx)).Select(listed), lists.Order{Column: "id", Desc: true}
	if at != nil {
		q = order.After(q, at.ID, at.ID, at.Back)
	} else {
		q = order.Sorted(q, false)
	}
	var rows []row
	if err := q.Limit(most).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list imports: %w", err)
	}
	return rows, nil
}

// Newest are the newest imports.
func (s *service[T]) Newest(ctx context.Context, most int) ([]Import, error) {
	rows, err := s.newest(ctx, most, nil)
	if err != nil {
		return nil, err
	}
	var shown []Import
	for i := range rows {
		shown = append(shown, rows[i].shown())
	}
	return shown, nil
}

// ours are the imports of this table that are there for people.
func (s *service[T]) ours(q *gorm.DB) *gorm.DB {
	return q.Table("imports").Where("entity_type = ? AND status <> ?", s.Name, Uploading)
}

func (s *service[T]) find(q *gorm.DB, id int64) (*row, error) {
	var found []*row
	if err := s.ours(q).Where("id = ?", id).Limit(1).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("read an import: %w", err)
	}
	if len(found) == 0 {
		return nil, fault.New(fault.NotFound, "NOT_FOUND")
	}
	return found[0], nil
}

func (s *service[T]) get(c *fiber.Ctx, in *byID) (*kit.Answer, error) {
	if exports.Wanted(c) {
		write, err := s.FaultsFile(kit.Context(c), in.ID)
		if err != nil {
			return nil, err
		}
		return FaultsAnswer(c, s.Plural, in.ID, s.d.Now(), write), nil
	}
	return writes.Sent(s.now(kit.Language(c))(kit.Context(c), in.ID))
}

// now answers an import as it is.
func (s *service[T]) now(language string) func(ctx context.Context, id int64) (db.Answer, error) {
	return func(ctx context.Context, id int64) (db.Answer, error) {
		report, err := s.Get(ctx, id, language)
		if err != nil {
			return db.Answer{}, err
		}
		return s.answered(report, http.StatusOK, "")
	}
}

// Get tells how far an import is.
func (s *service[T]) Get(ctx context.Context, id int64, language string) (*Report, error) {
	found, err := s.find(s.d.Read(ctx), id)
	if err != nil {
		return nil, err
	}
	faults, err := s.faults(ctx, id, shownFaults)
	if err != nil {
		return nil, err
	}
	return reportOf(found, faults, language)
}

// faults are the first ones of an import.
func (s *service[T]) faults(ctx context.Context, id int64, most int) ([]faultRow, error) {
	var faults []faultRow
	if err := s.d.Read(ctx).Where("import_id = ?", id).Order("id").Limit(most).Find(&faults).Error; err != nil {
		return nil, fmt.Errorf("faults of an import: %w", err)
	}
	return faults, nil
}

// FaultsFile is all that is kept of what is wrong with an import, as a file.
func (s *service[T]) FaultsFile(ctx context.Context, id int64) (exports.Writer, error) {
	if _, err := s.find(s.d.Read(ctx).Select("id"), id); err != nil {
		return nil, err
	}
	return func(ctx context.Context, w io.Writer, language string) error {
		faults, err := s.faults(ctx, id, MostFaults)
		if err != nil {
			return err
		}
		file := exports.New(w, language, []string{"line", "column", "value", "code", "detail"})
		for i := range faults {
			shown, err := faults[i].shown(language)
			if err != nil {
				return err
			}
			if err := file.Row([]string{strconv.FormatInt(shown.Line, 10), shown.Column, shown.Value, shown.Code, shown.Detail}); err != nil {
				return err
			}
		}
		return file.End()
	}, nil
}

// FaultsAnswer is the answer that is the file of an import's faults.
func FaultsAnswer(c *fiber.Ctx, plural string, id int64, now time.Time, write exports.Writer) *kit.Answer {
	return exports.Answer(c, fmt.Sprintf("%s-import-%d", plural, id), now, write)
}

func (f *faultRow) shown(language string) (RowFault, error) {
	var args fault.Args
	if err := json.Unmarshal([]byte(f.Args), &args); err != nil {
		return RowFault{}, fmt.Errorf("a fault of an import: %w", err)
	}
	return RowFault{Line: f.Line, Column: f.ColumnName, Value: f.Value, Code: f.Code, Detail: i18n.Text(language, "field."+f.Code, args)}, nil
}

// reportOf is an import with its faults.
func reportOf(r *row, faults []faultRow, language string) (*Report, error) {
	report := &Report{Import: r.shown(), FaultCount: r.Faults, Faults: []RowFault{}}
	for i := range faults {
		shown, err := faults[i].shown(language)
		if err != nil {
			return nil, err
		}
		report.Faults = append(report.Faults, shown)
	}
	if err := json.Unmarshal([]byte(r.Preview), &report.Preview); err != nil {
		return nil, fmt.Errorf("the preview of an import: %w", err)
	}
	return report, nil
}

// answer is an import as the answer to what began it.
func (s *service[T]) answer(r *row, faults []faultRow, language string) (db.Answer, error) {
	report, err := reportOf(r, faults, language)
	if err != nil {
		return db.Answer{}, err
	}
	return s.answered(report, http.StatusAccepted, pathOf(s.Plural, r.ID))
}

func (s *service[T]) answered(report *Report, status int, location string) (db.Answer, error) {
	body, err := json.Marshal(report)
	return db.Answer{
		Status: status, ContentType: fiber.MIMEApplicationJSON, Location: location, Body: body, TargetType: "import", TargetID: report.ID,
	}, err
}

// shown is an import as lists show it.
func (r *row) shown() Import {
	return Import{
		ID: r.ID, Entity: r.EntityType, FileName: r.FileName, Status: r.Status, DryRun: r.Trial, Bytes: r.Bytes, Position: r.Position,
		Rows: r.RowsSeen, Created: r.CreatedRows, Changed: r.ChangedRows, Unchanged: r.UnchangedRows, Refused: r.RefusedRows,
		Failure: r.Failure, Actor: r.Actor, ActorName: r.ActorName, Version: r.Version, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	}
}
