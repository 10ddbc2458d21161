package orders

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"b2b.example/crud/screens"
	"b2b.example/entities"
	"b2b.example/kit"
	"b2b.example/web"
)

const (
	expiringWithin = 6 * time.Hour // an order that waits is about to expire
	queueRows      = 3             // of each queue that are shown
)

// dashboard shows what waits, and how the last days were.
func (b *backoffice) dashboard(c *fiber.Ctx) error {
	frame, err := b.Frame(c, "dashboard")
	if err != nil {
		return err
	}
	ctx := kit.Context(c)
	newest, err := b.db.NewestEvent(ctx) // before all that it may have changed
	if err != nil {
		return err
	}
	page := web.Dashboard{
		Frame: frame, Newest: newest, ExpiringWithin: expiringWithin, ExpiryOff: b.rules.OrderTTL == 0, ShowsNewOrder: mayWrite(c),
		ToConfirm: web.Queue{
			Count: frame.Waiting, URL: home + "/orders?status=" + string(Created),
			InList: inList(url.Values{byStatus: {string(Created)}, bySort: {"-total_cents"}}),
		},
	}
	page.LowStockURL = home + "/products?archived=false&low_stock=true"
	if page.ToConfirm.Rows, err = b.firstOrders(ctx, "total_cents DESC, id DESC", "status = ?", Created); err != nil {
		return err
	}
	if page.Expiring, err = b.expiring(ctx); err != nil {
		return err
	}
	if page.LowStock, page.LowStockCount, err = b.lowStock(ctx); err != nil {
		return err
	}
	if page.Charts, err = b.charts(ctx, frame.Now); err != nil {
		return err
	}
	return screens.Show(c, page.Page)
}

// firstOrders are the first of those that fit a condition.
func (b *backoffice) firstOrders(ctx context.Context, order, where string, args ...any) ([]web.OrderRow, error) {
	var first []Order
	if err := b.db.Read(ctx).Where(where, args...).Order(order).Limit(queueRows).Find(&first).Error; err != nil {
		return nil, fmt.Errorf("first orders: %w", err)
	}
	return b.rows(first), nil
}

// expiring is the queue of the orders that will soon be canceled by themselves.
func (b *backoffice) expiring(ctx context.Context) (web.Queue, error) {
	queue := web.Queue{
		URL: home + "/orders?view=" + viewExpiring, InList: inList(url.Values{byView: {viewExpiring}, bySort: {"created_at"}}),
	}
	if b.rules.OrderTTL == 0 {
		return queue, nil
	}
	const where = "status = ? AND created_at < ?"
	var err error
	if queue.Count, err = b.countOrders(ctx, where, Created, b.expiringBefore()); err != nil {
		return queue, err
	}
	queue.Rows, err = b.firstOrders(ctx, "created_at, id", where, Created, b.expiringBefore())
	return queue, err
}

// expiringBefore is when the orders were placed that are about to expire now.
func (b *backoffice) expiringBefore() time.Time {
	return b.db.Now().Add(expiringWithin - b.rules.OrderTTL)
}

// lowStock are the products that are nearly sold out, the newest of them first.
func (b *backoffice) lowStock(ctx context.Context) ([]web.LowProduct, web.Count, error) {
	count, err := b.count(ctx, "SELECT 1 FROM products WHERE low_stock = ? AND archived = ?", true, false)
	if err != nil {
		return nil, count, err
	}
	var found []entities.Product
	err = b.db.Read(ctx).Where("low_stock = ? AND archived = ?", true, false).Order("created_at DESC, id DESC").
		Limit(queueRows).Find(&found).Error
	if err != nil {
		return nil, count, fmt.Errorf("products with low stock: %w", err)
	}
	var low []web.LowProduct
	for _, product := range found {
		low = append(low, web.LowProduct{URL: productURL(product.ID), SKU: product.SKU, Name: product.Name, Stock: product.Stock, LowStockAt: product.LowStockAt})
	}
	return low, count, nil
}
