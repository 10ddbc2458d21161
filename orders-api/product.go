package orders

import (
	"context"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"
	"gorm.io/gorm"

	"b2b.example/crud"
	"b2b.example/crud/writes"
	"b2b.example/db"
	"b2b.example/entities"
	"b2b.example/kit"
	"b2b.example/kit/fault"
)

// products are the products with the rule that this service adds to their description: a stock that changes is a
// movement, so that it can always be explained.
func products(d *db.DB) *crud.Table[entities.Product] {
	description := entities.Products
	description.Changed = func(tx *db.Tx, before, after *entities.Product) error {
		switch {
		case before == nil:
			return moved(tx, after, after.Stock, reasonInitial, "")
		case before.Stock != after.Stock:
			return moved(tx, after, after.Stock-before.Stock, reasonAdjustment, "")
		}
		return nil
	}
	description.AsOf = stockAsOf
	return crud.NewTable(d, description)
}

// stockAsOf is what a product's last movement until then had left: a sale is no event of the product.
func stockAsOf(q *gorm.DB, product *entities.Product, at time.Time) error {
	return q.Model(&Movement{}).Select("stock_after").Where("product_id = ? AND created_at <= ?", product.ID, at).
		Order("id DESC").Limit(1).Find(&product.Stock).Error
}

// moved records what a change of a locked product did to its stock.
func moved(tx *db.Tx, product *entities.Product, delta int64, reason, note string) error {
	movement := Movement{
		ProductID: product.ID, Delta: delta, StockAfter: product.Stock, Reason: reason, Note: note, CreatedAt: tx.Now,
	}
	if err := tx.Create(&movement).Error; err != nil {
		return fmt.Errorf("record a movement: %w", err)
	}
	return nil
}

// adjustStock says by how much a product's stock was wrong, and why.
type adjustStock struct {
	ID      int64  `path:"id"`
	IfMatch string `header:"If-Match"`
	Body    struct {
		Delta int64  `json:"delta" validate:"required,min=-1000000000,max=1000000000"`
		Note  string `json:"note" validate:"required,max=500"`
	}
}

// adjust changes a product's stock by a difference: an edit, so it has a version and an event beside its movement.
func (s *service) adjust(c *fiber.Ctx, in *adjustStock) (*kit.Answer, error) {
	match, unreadable := writes.MatchOf(c)
	if match.Tag() == "" {
		match = writes.AnyVersion
	}
	return writes.Once(c, s.db, func(tx *db.Tx) (db.Answer, error) {
		if unreadable != nil {
			return db.Answer{}, unreadable
		}
		_, after, err := s.products.Change(tx, in.ID, match, "stock_adjusted", func(p *entities.Product, errs *crud.Errors) {
			p.Stock += in.Body.Delta
			if p.Stock < 0 || p.Stock > entities.MaxStock {
				errs.AddWith("delta", "STOCK_OUT_OF_RANGE", fault.Args{"stock": p.Stock - in.Body.Delta})
			}
		})
		if err != nil {
			return db.Answer{}, err
		}
		return s.products.Answer(after), moved(tx, after, in.Body.Delta, reasonAdjustment, in.Body.Note)
	}, s.products.Now)
}

// productsBySKU finds the ids of the products that lines name by their SKU.
func (s *service) productsBySKU(ctx context.Context, items []lineBody) (map[string]int64, error) {
	var skus []string
	for _, item := range items {
		if item.SKU != "" && item.ProductID == 0 {
			skus = append(skus, item.SKU)
		}
	}
	if len(skus) == 0 {
		return nil, nil
	}
	var found []entities.Product
	if err := s.db.Read(ctx).Select("id", "sku").Where("sku IN ?", db.Padded(skus)).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("products by SKU: %w", err)
	}
	ids := make(map[string]int64, len(found))
	for _, product := range found {
		ids[product.SKU] = product.ID
	}
	return ids, nil
}

// missing names the lines whose products cannot be ordered, without any lock: for a request that is refused anyway.
func (s *service) missing(ctx context.Context, lines []Line) ([]fault.Field, error) {
	if len(lines) == 0 {
		return nil, nil
	}
	var found []*entities.Product
	ids := db.Padded(productIDs([]Placement{{Lines: lines}}))
	if err := s.db.Read(ctx).Where("id IN ?", ids).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("products: %w", err)
	}
	byID := make(map[int64]*entities.Product, len(found))
	for _, product := range found {
		byID[product.ID] = product
	}
	if err := unavailable(lines, byID); err != nil {
		return fault.Of(err).Fields, nil
	}
	return nil, nil
}
