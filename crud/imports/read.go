package imports

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"gorm.io/gorm"

	"b2b.example/crud"
	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/kit/i18n"
)

// listed are the columns that a list shows: neither the header nor the preview, which may be long.
const listed = "id, entity_type, file_name, status, trial, bytes, position, rows_seen, created_rows, changed_rows, unchanged_rows, " +
	"refused_rows, failure, actor, actor_name, version, created_at, updated_at"

func (s *service[T]) list(c *fiber.Ctx, _ *kit.Nothing) (*kit.Answer, error) {
	params, err := crud.QueryOf(c)
	if err != nil {
		return nil, err
	}
	request, err := crud.ParseList(params)
	if err != nil {
		return nil, err
	}
	q, order := s.ours(s.d.Read(kit.Context(c))).Select(listed), crud.Order{Column: "id", Desc: true}
	if at := request.At; at != nil {
		q = order.After(q, at.ID, at.ID, at.Back)
	} else {
		q = order.Sorted(q, false)
	}
	var rows []row
	if err := q.Limit(request.Limit + 1).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list imports: %w", err)
	}
	page := crud.PageOf(rows, request.Limit, request.At, func(r *row, back bool) crud.Cursor { return crud.Cursor{ID: r.ID, Back: back} })
	return &kit.Answer{Link: page.Link(c.Path()), Body: page.JSON(func(b []byte, r *row) []byte {
		text, _ := json.Marshal(r.shown()) // of plain values, which cannot fail
		return append(b, text...)
	})}, nil
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
	return crud.Sent(s.now(kit.Language(c))(kit.Context(c), in.ID))
}

// now answers an import as it is.
func (s *service[T]) now(language string) func(ctx context.Context, id int64) (db.Answer, error) {
	return func(ctx context.Context, id int64) (db.Answer, error) {
		found, err := s.find(s.d.Read(ctx), id)
		if err != nil {
			return db.Answer{}, err
		}
		var faults []faultRow
		if err := s.d.Read(ctx).Where("import_id = ?", id).Order("id").Limit(shownFaults).Find(&faults).Error; err != nil {
			return db.Answer{}, fmt.Errorf("faults of an import: %w", err)
		}
		answer, err := s.answer(found, faults, language)
		answer.Status, answer.Location = http.StatusOK, ""
		return answer, err
	}
}

// answer is an import with its faults, as the answer to what began it.
func (s *service[T]) answer(r *row, faults []faultRow, language string) (db.Answer, error) {
	report := Report{Import: r.shown(), FaultCount: r.Faults, Faults: []RowFault{}}
	for _, f := range faults {
		var args fault.Args
		if err := json.Unmarshal([]byte(f.Args), &args); err != nil {
			return db.Answer{}, fmt.Errorf("a fault of an import: %w", err)
		}
		detail := i18n.Text(language, "field."+f.Code, args)
		report.Faults = append(report.Faults, RowFault{Line: f.Line, Column: f.ColumnName, Value: f.Value, Code: f.Code, Detail: detail})
	}
	if err := json.Unmarshal([]byte(r.Preview), &report.Preview); err != nil {
		return db.Answer{}, fmt.Errorf("the preview of an import: %w", err)
	}
	body, err := json.Marshal(report)
	return db.Answer{
		Status: http.StatusAccepted, ContentType: fiber.MIMEApplicationJSON, Location: "/" + s.Plural + "/imports/" + strconv.FormatInt(r.ID, 10),
		Body: body, TargetType: "import", TargetID: r.ID,
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
