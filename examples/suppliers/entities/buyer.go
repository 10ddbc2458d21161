package entities

import (
	"b2b.example/crud"
	"b2b.example/db"
)

// Buyer is the one of us who looks after suppliers.
type Buyer struct {
	db.Entity
	Name, Email string
}

// Buyers are the managers'.
var Buyers = crud.Resource[Buyer]{
	Name: "buyer", Plural: "buyers", Write: "manager", Deletion: crud.Soft,
	Title: func(b *Buyer) string { return b.Name },
	Fields: func(b *Buyer) []*crud.Field {
		return []*crud.Field{
			crud.Text(&b.Name).Required().Len(2, 120).Printable().Search().Sort(),
			crud.Email(&b.Email).Required().Search().Unique(),
		}
	},
}
