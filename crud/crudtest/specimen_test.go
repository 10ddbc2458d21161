package crudtest_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"b2b.example/crud"
	"b2b.example/crud/crudtest"
	"b2b.example/db"
	"b2b.example/kit/i18n"
)

// specimen has a field of every kind.
type specimen struct {
	db.Entity
	Name, Email, Size, Code string
	Pieces, PriceCents      int64
	BoxID, SpareID          int64
	Fragile                 bool
	SeenAt                  *time.Time
	Score                   int64
}

func (specimen) TableName() string { return "specimens" }

var specimens = crud.Resource[specimen]{
	Name: "specimen", Plural: "specimens", Write: "operator", Replace: true, Deletion: crud.Soft,
	Title: func(s *specimen) string { return s.Name },
	Fields: func(s *specimen) []*crud.Field {
		return []*crud.Field{
			crud.Text(&s.Name).Required().Len(2, 80).Printable().Search().Sort(),
			crud.Email(&s.Email).Required().Search().Unique(),
			crud.Choice(&s.Size, "small", "large").Default("small").Filter(),
			crud.Secret(&s.Code, func(code string) (string, error) { return strings.ToUpper(code), nil }).Len(4, 80),
			crud.Int(&s.Pieces).Between(0, 1e6).Filter().Sort(),
			crud.Money(&s.PriceCents).Sort(),
			crud.Ref(&s.BoxID, &boxes).Required().Filter(),
			crud.Ref(&s.SpareID, &boxes),
			crud.Bool(&s.Fragile).Filter().Retires(),
			crud.Time(&s.SeenAt),
			crud.Int(&s.Score).ReadOnly(),
		}
	},
	Flags: []string{"many"},
}

// box is what specimens are in.
type box struct {
	db.Entity
	Name     string
	ParentID int64 // the box that it is in
}

func (box) TableName() string { return "boxes" }

var boxes = crud.Resource[box]{
	Name: "box", Plural: "boxes", Write: "operator", Deletion: crud.Soft,
	Title: func(b *box) string { return b.Name },
	Fields: func(b *box) []*crud.Field {
		return []*crud.Field{crud.Text(&b.Name).Required().Len(2, 80).Printable().Search().Sort(), crud.Ref(&b.ParentID, crud.Itself)}
	},
}

var migrations = []fs.FS{os.DirFS("testdata/migrations")}

// Every kind of field keeps what is promised of it, on both engines.
func TestEveryKind(t *testing.T) {
	texts := `{"choice.specimen.size.large": "Large", "choice.specimen.size.small": "Small", "entity.specimen.many": "Specimens",
		"entity.specimen.new": "New specimen", "entity.specimen.one": "Specimen", "label.specimen.box_id": "Box", "label.specimen.code": "Code",
		"label.specimen.email": "E-mail", "label.specimen.fragile": "Fragile", "label.specimen.many": "Many", "label.specimen.name": "Name",
		"label.specimen.pieces": "Pieces", "label.specimen.price_cents": "Price", "label.specimen.score": "Score", "label.specimen.seen_at": "Seen",
		"label.specimen.size": "Size", "label.specimen.spare_id": "Spare box",
		"set.specimen.fragile.false": "Call strong", "set.specimen.fragile.true": "Call fragile"}`
	i18n.Add(fstest.MapFS{"en.json": {Data: []byte(texts)}, "es.json": {Data: []byte(texts)}})
	crudtest.Run(t, specimens, crudtest.Options[specimen]{Migrations: migrations, Others: []crudtest.Other{crudtest.With(boxes)}})
}
