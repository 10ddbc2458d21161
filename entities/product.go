package entities

import (
	"b2b.example/crud"
	"b2b.example/db"
)

// MaxStock is the most pieces that a product can have: far more than anybody has, far from where numbers overflow.
const MaxStock = 1_000_000_000_000

// Product is what is sold. Sales take from its stock without a new version, so a busy product can still be edited.
type Product struct {
	db.Entity
	SKU, Name  string
	PriceCents int64
	Stock      int64 // pieces; what was counted when an operator sets it
	LowStockAt int64 // at this stock or less it is time to reorder
	Archived   bool  // kept for its orders, and no longer sold
}

// Products are the managers'.
var Products = crud.Resource[Product]{
	Name: "product", Plural: "products", Write: "manager",
	Title: func(p *Product) string { return p.SKU + " " + p.Name },
	Fields: func(p *Product) []*crud.Field {
		return []*crud.Field{
			crud.Text(&p.SKU).Required().Len(2, 64).Printable().Search().Sort().Unique(),
			crud.Text(&p.Name).Required().Len(2, 180).Printable().Search().Sort(),
			crud.Money(&p.PriceCents).Required().Between(1, 1e11).Sort(),
			crud.Int(&p.Stock).Between(0, MaxStock).OnlyNew(),
			crud.Int(&p.LowStockAt).Between(0, MaxStock).Default(int64(10)),
			crud.Bool(&p.Archived).Filter().Retires(),
		}
	},
	Flags: []string{"low_stock"},
}
