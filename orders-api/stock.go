package orders

import (
	"fmt"
	"strings"
	"time"

	"b2b.example/db"
	"b2b.example/entities"
)

// The reasons of a stock movement.
const (
	reasonInitial    = "INITIAL"
	reasonOrder      = "ORDER"
	reasonCancel     = "CANCEL"
	reasonUndo       = "UNDO"
	reasonAdjustment = "ADJUSTMENT"
)

// Movement is one change of a product's stock. They are only ever added: a product's stock is the sum of its deltas.
type Movement struct {
	ID         int64
	ProductID  int64
	OrderID    *int64
	Delta      int64
	StockAfter int64
	Reason     string
	Note       string
	CreatedAt  time.Time `gorm:"autoCreateTime:false"`
}

// TableName is part of GORM's conventions.
func (Movement) TableName() string { return "stock_movements" }

// shelf holds locked products, and the changes of their stock that are still to be written. Stock in hand follows at
// once; what is taken and given is written for all products by one statement.
type shelf struct {
	products map[int64]*entities.Product
	ids      []int64 // ascending
	deltas   map[int64]int64
	moved    []pending
}

// pending is a movement whose order may not have its id yet.
type pending struct {
	movement Movement
	order    *Order
}

// lockShelf locks products in the order of their ids, so that no two transactions wait for each other.
func lockShelf(tx *db.Tx, ids []int64) (*shelf, error) {
	var products []*entities.Product
	err := tx.Clauses(db.Lock()).Where("id IN ?", db.Padded(ids)).Order("id").Find(&products).Error
	if err != nil {
		return nil, fmt.Errorf("lock products: %w", err)
	}
	s := &shelf{products: make(map[int64]*entities.Product, len(products)), deltas: map[int64]int64{}}
	for _, product := range products {
		s.products[product.ID] = product
	}
	return s, nil
}

// move changes the stock in hand and notes the movement.
func (s *shelf) move(productID, delta int64, reason string, order *Order) {
	product := s.products[productID]
	product.Stock += delta
	if _, known := s.deltas[productID]; !known {
		s.ids = append(s.ids, productID)
	}
	s.deltas[productID] += delta
	s.moved = append(s.moved, pending{order: order, movement: Movement{
		ProductID: productID, Delta: delta, StockAfter: product.Stock, Reason: reason,
	}})
}

func (s *shelf) take(o *Order) {
	for _, item := range o.Items {
		s.move(item.ProductID, -item.Qty, reasonOrder, o)
	}
}

// update writes the new stock of all products that moved. Every row is demanded, and none may fall below zero: the lock
// makes sure of both, this and the table's own check notice if it ever does not.
func (s *shelf) update(tx *db.Tx) error {
	ids := db.Padded(s.ids)
	var cases strings.Builder
	args := make([]any, 0, 3*len(ids)+1)
	for _, id := range ids {
		cases.WriteString(" WHEN ? THEN ?")
		args = append(args, id, s.deltas[id])
	}
	args = append(args, ids)
	result := tx.Exec("UPDATE products SET stock = stock + CASE id"+cases.String()+" END WHERE id IN ?", args...)
	if result.Error != nil {
		return fmt.Errorf("move stock: %w", result.Error)
	}
	if result.RowsAffected != int64(len(s.ids)) {
		return fmt.Errorf("move stock: %d of %d products", result.RowsAffected, len(s.ids))
	}
	return nil
}

// record writes the movements, once the orders that they belong to have their ids.
func (s *shelf) record(tx *db.Tx) error {
	movements := make([]Movement, len(s.moved))
	for i, p := range s.moved {
		movements[i] = p.movement
		movements[i].CreatedAt = tx.Now
		if p.order != nil {
			movements[i].OrderID = &p.order.ID
		}
	}
	if err := db.Insert(tx, movements); err != nil {
		return fmt.Errorf("record movements: %w", err)
	}
	return nil
}

// giveBack puts a canceled order's pieces back.
func giveBack(tx *db.Tx, o *Order) error {
	shelf, err := shelfOfOrder(tx, o)
	if err != nil {
		return err
	}
	for _, item := range o.Items {
		shelf.move(item.ProductID, item.Qty, reasonCancel, o)
	}
	return shelf.write(tx)
}

// takeAgain takes the pieces that an order had given back, if all of them are still there.
func takeAgain(tx *db.Tx, o *Order) error {
	shelf, err := shelfOfOrder(tx, o)
	if err != nil {
		return err
	}
	if err := short(linesOf(o), shelf.products); err != nil {
		return err
	}
	for _, item := range o.Items {
		shelf.move(item.ProductID, -item.Qty, reasonUndo, o)
	}
	return shelf.write(tx)
}

// shelfOfOrder locks the products of an order's lines.
func shelfOfOrder(tx *db.Tx, o *Order) (*shelf, error) {
	shelf, err := lockShelf(tx, productIDs([]Placement{{Lines: linesOf(o)}}))
	if err != nil {
		return nil, err
	}
	for _, item := range o.Items {
		if shelf.products[item.ProductID] == nil {
			return nil, fmt.Errorf("order %d: product %d is gone", o.ID, item.ProductID)
		}
	}
	return shelf, nil
}

// write writes what has moved.
func (s *shelf) write(tx *db.Tx) error {
	if err := s.update(tx); err != nil {
		return err
	}
	return s.record(tx)
}

func linesOf(o *Order) []Line {
	lines := make([]Line, len(o.Items))
	for i, item := range o.Items {
		lines[i] = Line{ProductID: item.ProductID, Qty: item.Qty, At: fmt.Sprintf("items[%d]", i)}
	}
	return lines
}
