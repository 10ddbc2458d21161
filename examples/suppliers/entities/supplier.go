// Package entities says what there is.
package entities

import (
	"b2b.example/crud"
	"b2b.example/db"
)

// Supplier is a firm that we buy from.
type Supplier struct {
	db.Entity
	Name, Email, TaxID string
	LeadDays           int64 // from an order to its delivery
	CreditCents        int64
	Preferred          bool
	BuyerID            int64 // who looks after it; 0 for nobody
}

// Suppliers are the managers'.
var Suppliers = crud.Resource[Supplier]{
	Name: "supplier", Plural: "suppliers", Write: "manager", Deletion: crud.Soft,
	Title: func(s *Supplier) string { return s.Name },
	Fields: func(s *Supplier) []*crud.Field {
		return []*crud.Field{
			crud.Text(&s.Name).Required().Len(2, 120).Printable().Search().Sort(),
			crud.Email(&s.Email).Required().Search().Unique(),
			crud.Text(&s.TaxID).Len(0, 40).Printable(),
			crud.Int(&s.LeadDays).Between(0, 365).Sort(),
			crud.Money(&s.CreditCents),
			crud.Bool(&s.Preferred).Filter(),
			crud.Ref(&s.BuyerID, &Buyers).Filter(),
		}
	},
	Check: func(s *Supplier, errs *crud.Errors) {
		if s.CreditCents > 0 && s.TaxID == "" {
			errs.Add("tax_id", "REQUIRED_FOR_CREDIT")
		}
	},
}
