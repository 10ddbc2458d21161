package entities

import (
	"b2b.example/crud"
	"b2b.example/db"
)

// Operator is an account of a person, or of a program that acts like one.
type Operator struct {
	db.Entity
	Name, Email string
	Role        string // viewer, operator or manager
	Disabled    bool
	Password    string `gorm:"column:password_hash"` // what is stored is an argon2id hash; the text is only in an input
}

// Operators are the managers' to see and to change.
var Operators = crud.Resource[Operator]{
	Name: "operator", Plural: "operators", Read: "manager", Write: "manager",
	Title: func(o *Operator) string { return o.Name },
	Fields: func(o *Operator) []*crud.Field {
		return []*crud.Field{
			crud.Text(&o.Name).Required().Len(2, 120).Printable().Search().Sort(),
			crud.Email(&o.Email).Required().Search().Unique(),
			crud.Choice(&o.Role, "viewer", "operator", "manager").Required().Filter(),
			crud.Bool(&o.Disabled).Filter().Retires(),
			crud.Secret(&o.Password, HashPassword).Required().Len(12, 256).Not("TOO_COMMON", wellKnown),
		}
	},
}
