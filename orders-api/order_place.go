package orders

import (
	"fmt"
	"maps"
	"slices"

	"b2b.example/db"
	"b2b.example/entities"
	"b2b.example/kit/fault"
)

// The limits of one order.
const (
	maxQty        = 1_000_000 // of one product
	maxNote       = 500
	maxTotalCents = 1_000_000_000_000_000
)

// Placement is an order as it is asked for; its customer and its products are known by id.
type Placement struct {
	By        *db.Call // who asks for it; nil: the transaction's caller
	Customer  Customer
	Lines     []Line
	Reference string
	Note      string
}

// Line asks for so many pieces of a product. At is where the request has it: "items[2]".
type Line struct {
	ProductID int64
	Qty       int64
	At        string
}

// Placed is what became of a placement: an order, or the fault that refuses it.
type Placed struct {
	Order   *Order
	Refusal error
}

// Place places orders in one transaction: it locks their products in the order of their ids, decides each order against
// the stock that those before it have left, and writes all that were accepted. One that is refused leaves no trace.
func Place(tx *db.Tx, placements []Placement) ([]Placed, error) {
	shelf, err := lockShelf(tx, productIDs(placements))
	if err != nil {
		return nil, err
	}
	placed := make([]Placed, len(placements))
	var accepted []*Order
	for i, placement := range placements {
		placed[i].Order, placed[i].Refusal = decidePlacement(placement, shelf)
		if o := placed[i].Order; o != nil {
			o.Entity = db.Entity{Version: 1, CreatedAt: tx.Now, UpdatedAt: tx.Now}
			shelf.take(o)
			accepted = append(accepted, o)
		}
	}
	if len(accepted) == 0 {
		return placed, nil
	}
	return placed, insertOrders(tx, accepted, shelf)
}

func productIDs(placements []Placement) []int64 {
	ids := map[int64]bool{}
	for _, placement := range placements {
		for _, line := range placement.Lines {
			ids[line.ProductID] = true
		}
	}
	return slices.Sorted(maps.Keys(ids))
}

// decidePlacement makes the order that a placement asks for, or says all that is wrong with it. It changes nothing.
func decidePlacement(p Placement, shelf *shelf) (*Order, error) {
	if err := unavailable(p.Lines, shelf.products); err != nil {
		return nil, err
	}
	o := &Order{
		placedBy: p.By, CustomerID: p.Customer.ID, CustomerName: p.Customer.Name, CustomerNameKey: db.Fold(p.Customer.Name),
		CustomerEmail: p.Customer.Email, CustomerEmailKey: db.MailKey(p.Customer.Email),
		CustomerPhone: p.Customer.Phone, CustomerTaxID: p.Customer.TaxID,
		Reference: p.Reference, ReferenceKey: db.Fold(p.Reference), Note: p.Note, Status: Created,
	}
	for i, line := range p.Lines {
		product := shelf.products[line.ProductID]
		item := Item{
			ProductID: product.ID, Line: int64(i + 1), SKU: product.SKU, Name: product.Name,
			Qty: line.Qty, UnitPriceCents: product.PriceCents, SubtotalCents: line.Qty * product.PriceCents,
		}
		o.Items = append(o.Items, item)
		o.Units += item.Qty
		o.TotalCents += item.SubtotalCents
		if o.TotalCents > maxTotalCents {
			return nil, fault.New(fault.Invalid, "ORDER_TOTAL_TOO_LARGE").On("items", "ORDER_TOTAL_TOO_LARGE")
		}
	}
	if err := short(p.Lines, shelf.products); err != nil {
		return nil, err
	}
	return o, nil
}

// unavailable names every line whose product does not exist or is no longer sold.
func unavailable(lines []Line, products map[int64]*entities.Product) error {
	var fields []fault.Field
	for _, line := range lines {
		switch product := products[line.ProductID]; {
		case product == nil:
			fields = append(fields, fault.Field{Field: line.At, Code: "PRODUCT_NOT_FOUND"})
		case product.Archived:
			fields = append(fields, fault.Field{Field: line.At, Code: "PRODUCT_ARCHIVED"})
		}
	}
	return invalid(fields)
}

// telling are the faults of a field that a refusal is called by, when it has no other.
var telling = map[string]bool{"CUSTOMER_NOT_FOUND": true, "PRODUCT_NOT_FOUND": true, "PRODUCT_ARCHIVED": true}

// invalid is the fault of these fields: under their own code where they share one that tells enough.
func invalid(fields []fault.Field) error {
	if len(fields) == 0 {
		return nil
	}
	f := fault.New(fault.Invalid, fields[0].Code)
	for _, field := range fields {
		if field.Code != f.Code || !telling[field.Code] {
			f.Code = "VALIDATION_FAILED"
		}
	}
	f.Fields = fields
	return f
}

// shortLine is a line that asks for more than there is.
type shortLine struct {
	ProductID int64  `json:"product_id"`
	SKU       string `json:"sku"`
	Asked     int64  `json:"asked"`
	Available int64  `json:"available"`
}

// short names every line that asks for more than there is.
func short(lines []Line, products map[int64]*entities.Product) error {
	f := fault.New(fault.Conflict, "INSUFFICIENT_STOCK")
	var shortLines []shortLine
	for _, line := range lines {
		product := products[line.ProductID]
		if line.Qty <= product.Stock {
			continue
		}
		shortLines = append(shortLines, shortLine{product.ID, product.SKU, line.Qty, product.Stock})
		f.Fields = append(f.Fields, fault.Field{
			Field: line.At, Code: "INSUFFICIENT_STOCK", Args: fault.Args{"asked": line.Qty, "available": product.Stock},
		})
	}
	if len(shortLines) == 0 {
		return nil
	}
	return f.Member("short", shortLines)
}

// insertOrders writes accepted orders with their items, movements and events, and takes their stock.
func insertOrders(tx *db.Tx, accepted []*Order, shelf *shelf) error {
	if err := shelf.update(tx); err != nil {
		return err
	}
	if err := db.Insert(tx, accepted); err != nil {
		return fmt.Errorf("insert orders: %w", err)
	}
	var items []Item
	var events []db.Event
	for _, o := range accepted {
		for i := range o.Items {
			o.Items[i].OrderID = o.ID
		}
		items = append(items, o.Items...)
		events = append(events, placedEvent(o))
	}
	if err := db.Insert(tx, items); err != nil {
		return fmt.Errorf("insert items: %w", err)
	}
	if err := shelf.record(tx); err != nil {
		return err
	}
	return tx.Record(events...)
}

// placed are the fields that are told of when an order is placed.
func (o *Order) placed() map[string]any {
	return map[string]any{
		"customer_id": o.CustomerID, "customer_name": o.CustomerName, "customer_email": o.CustomerEmail,
		"customer_phone": o.CustomerPhone, "customer_tax_id": o.CustomerTaxID, "reference": o.Reference,
		"status": o.Status, "units": o.Units, "total_cents": o.TotalCents, "note": o.Note, "items": o.Items,
	}
}

func placedEvent(o *Order) db.Event {
	changes := db.Changes{}
	for field, value := range o.placed() {
		changes[field] = db.Change{New: value}
	}
	return db.Event{
		EntityType: "order", EntityID: o.ID, EntityVersion: o.Version, Action: "created", Changes: changes, By: o.placedBy,
	}
}
