// Package entities says what there is: each entity's model and its description, one file each.
package entities

import (
	"b2b.example/crud"
	"b2b.example/db"
)

// Customer is a firm that orders. Orders keep a copy of it as it was, so it can be deleted at any time.
type Customer struct {
	db.Entity
	Name, Email, Phone, TaxID string
}

// Customers is looked after by every operator.
var Customers = crud.Resource[Customer]{
	Name: "customer", Plural: "customers", Write: "operator", Replace: true, Deletion: crud.Soft,
	Title: func(c *Customer) string { return c.Name },
	Fields: func(c *Customer) []*crud.Field {
		return []*crud.Field{
			crud.Text(&c.Name).Required().Len(2, 120).Printable().Search().Sort(),
			crud.Email(&c.Email).Required().Search().Unique(),
			crud.Text(&c.Phone).Len(0, 40).Printable(),
			crud.Text(&c.TaxID).Len(0, 40).Printable(),
		}
	},
}
