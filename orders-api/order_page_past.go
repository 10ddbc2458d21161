package orders

import (
	"context"
	"io"
	"net/url"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"b2b.example/crud/exports"
	"b2b.example/crud/lists"
	"b2b.example/crud/screens"
	"b2b.example/kit"
	"b2b.example/web"
)

// byTime asks for an order as it was at a time.
const byTime = "as_of"

// pastURL is the address of an order as it was at a time.
func pastURL(id int64, at time.Time) string {
	return orderURL(id) + "?" + url.Values{byTime: {at.UTC().Format(time.RFC3339Nano)}}.Encode()
}

// pastPage shows an order as it was, which nothing can be done to.
func (b *backoffice) pastPage(c *fiber.Ctx, id int64) error {
	at, ok := moment(c.Query(byTime))
	if !ok {
		return lists.InvalidParam(byTime)
	}
	o, err := b.past(kit.Context(c), id, at)
	if err != nil {
		return err
	}
	events, err := b.db.Events(kit.Context(c), "order", id, o.Version+1, screens.TimelineLength)
	if err != nil {
		return err
	}
	frame, err := b.Frame(c, "orders")
	if err != nil {
		return err
	}
	page := shownAs(frame, o)
	page.Past = true
	(&story{order: o, events: events, rules: b.rules}).fill(&page)
	page.Notice = &web.Note{
		Kind: "warn", Title: frame.T("page.order.past", "at", screens.Inline(frame.Reader, at)), Text: frame.T("page.order.past.do"),
		Links: []web.Link{{Label: frame.T("page.order.past.now"), URL: orderURL(id)}},
	}
	return screens.Show(c, page.Page)
}

// lineColumns are those of the lines of an order as a file; amounts are in whole units.
var lineColumns = []string{"order_id", "line", "product_id", "sku", "name", "qty", "unit_price", "subtotal"}

// orderFile is the lines of one order as a file.
func (b *backoffice) orderFile(c *fiber.Ctx, id int64) error {
	o, err := Get(kit.Context(c), b.db, id)
	if err != nil {
		return err
	}
	number := strconv.FormatInt(id, 10)
	write := func(_ context.Context, w io.Writer, language string) error {
		file := exports.New(w, language, lineColumns)
		for i, item := range o.Items {
			err := file.Row([]string{
				number, strconv.Itoa(i + 1), strconv.FormatInt(item.ProductID, 10), item.SKU, item.Name, strconv.FormatInt(item.Qty, 10),
				file.Money(item.UnitPriceCents), file.Money(item.SubtotalCents),
			})
			if err != nil {
				return err
			}
		}
		return file.End()
	}
	return kit.Send(c, exports.Answer(c, "order-"+number, b.db.Now(), write))
}
