package crud

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"b2b.example/crud/lists"
	"b2b.example/crud/writes"
	"b2b.example/db"
	"b2b.example/kit/fault"
)

// json is an entity as the API shows it.
func (f form[T]) json(b []byte) []byte {
	entity := base(f.row)
	b = append(b, `{"id":`...)
	b = strconv.AppendInt(b, entity.ID, 10)
	for _, field := range f.fields {
		if !field.secret {
			b = append(append(append(b, `,"`...), field.name...), `":`...)
			b = field.append(b)
		}
	}
	b = append(b, `,"version":`...)
	b = strconv.AppendInt(b, entity.Version, 10)
	b = entity.CreatedAt.UTC().AppendFormat(append(b, `,"created_at":"`...), TimeFormat)
	b = entity.UpdatedAt.UTC().AppendFormat(append(b, `","updated_at":"`...), TimeFormat)
	return append(b, `"}`...)
}

// Answer is an entity as the answer to a change of it.
func (d *Description[T]) Answer(row *T) db.Answer {
	entity := base(row)
	return db.Answer{
		Status: http.StatusOK, ContentType: "application/json", ETag: writes.ETag(entity.Version), Body: d.bind(row).json(nil),
		TargetType: d.Name, TargetID: entity.ID,
	}
}

// JSON is a page of entities as a list answers it.
func (d *Description[T]) JSON(page lists.Page[T]) []byte {
	scratch := d.bind(new(T))
	return page.JSON(func(b []byte, row *T) []byte {
		*scratch.row = *row
		return scratch.json(b)
	})
}

// Decode reads an entity from its JSON. Members that the description does not know are left alone: the other service may
// be newer.
func (d *Description[T]) Decode(body []byte) (*T, error) {
	row := new(T)
	var members map[string]jsontext.Value
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, fmt.Errorf("read a %s: %w", d.Name, err)
	}
	for _, f := range d.bind(row).fields {
		value, sent := members[f.name]
		if sent && value.Kind() != jsontext.KindNull && !f.read(value) {
			return nil, fmt.Errorf("read a %s: its %s is %s", d.Name, f.name, value.Kind())
		}
	}
	var common struct {
		ID        int64     `json:"id"`
		Version   int64     `json:"version"`
		CreatedAt time.Time `json:"created_at"`
		UpdatedAt time.Time `json:"updated_at"`
	}
	if err := json.Unmarshal(body, &common); err != nil {
		return nil, fmt.Errorf("read a %s: %w", d.Name, err)
	}
	*base(row) = db.Entity{ID: common.ID, Version: common.Version, CreatedAt: common.CreatedAt, UpdatedAt: common.UpdatedAt}
	return row, nil
}

// Current is the entity as it is now, as a refusal for its version has it; nil for any other error.
func (d *Description[T]) Current(err error) *T {
	f := fault.Of(err)
	if f.Code != "VERSION_MISMATCH" {
		return nil
	}
	body, err := json.Marshal(f.Extra["current"])
	if err != nil {
		return nil
	}
	row, err := d.Decode(body)
	if err != nil {
		return nil
	}
	return row
}
