package orders

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"b2b.example/crud/screens"
	"b2b.example/entities"
	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/web"
)

// What this service adds to the screens of entities.
var (
	productScreens = screens.Options[entities.Product]{
		Icon: "package", Happens: []string{"stock_adjusted"},
		Actions: func(r web.Reader, p *entities.Product) []web.EntityAction {
			return []web.EntityAction{{Label: r.T("page.product.adjust"), URL: adjustURL(p.ID), Icon: "refresh-cw"}}
		},
	}
	customerScreens = screens.Options[entities.Customer]{
		Icon: "users",
		Related: func(r web.Reader, c *entities.Customer) []web.Link {
			id := strconv.FormatInt(c.ID, 10)
			return []web.Link{
				{Label: r.T("page.customer.orders"), URL: home + "/orders?" + byCustomer + "=" + id},
				{Label: r.T("page.customer.new_order"), URL: home + "/orders/new?customer_id=" + id},
			}
		},
	}
	operatorScreens = screens.Options[entities.Operator]{
		Icon: "user-cog", Apart: true,
		Related: func(r web.Reader, o *entities.Operator) []web.Link {
			return []web.Link{{Label: r.T("page.operator.activity"), URL: activityOf(byActor, fmt.Sprintf("operator:%d", o.ID))}}
		},
	}
)

func productURL(id int64) string { return home + "/products/" + strconv.FormatInt(id, 10) }

func adjustURL(id int64) string { return productURL(id) + "/adjust" }

// adjustPage asks by how much a product's stock was wrong, and why.
func (b *backoffice) adjustPage(c *fiber.Ctx) error {
	return b.showAdjust(c, url.Values{"key": {uuid.NewString()}}, nil)
}

func (b *backoffice) adjustAgain(c *fiber.Ctx, sent url.Values) error {
	return b.showAdjust(c, sent, nil)
}

func (b *backoffice) adjustProduct(c *fiber.Ctx, sent url.Values) error {
	id, err := taken(c, sent)
	if err != nil {
		return err
	}
	in := &adjustStock{ID: id}
	in.Body.Delta, _ = strconv.ParseInt(strings.TrimPrefix(strings.TrimSpace(sent.Get("delta")), "+"), 10, 64)
	in.Body.Note = strings.TrimSpace(sent.Get("note"))
	if err = kit.Validate(in); err == nil {
		_, err = b.adjust(c, in)
	}
	switch kind := fault.Of(err).Kind; {
	case err == nil:
		return c.Redirect(productURL(id), http.StatusSeeOther)
	case kind == fault.NotFound || kind == fault.Unauthenticated:
		return err
	}
	return b.showAdjust(c, sent, err)
}

func (b *backoffice) showAdjust(c *fiber.Ctx, sent url.Values, refused error) error {
	id, err := screens.IDOf(c)
	if err != nil {
		return err
	}
	product, err := b.products.Get(kit.Context(c), id)
	if err != nil {
		return err
	}
	frame, err := b.Frame(c, "products")
	if err != nil {
		return err
	}
	page := web.Question{
		Frame: frame, Title: frame.T("page.product.adjust.title", "sku", product.SKU),
		Text:    frame.T("page.product.adjust.text", "name", product.Name, "count", product.Stock),
		BackURL: productURL(id), BackLabel: frame.T("page.product.adjust.keep"), Action: adjustURL(id),
		Key: sent.Get("key"), Label: frame.T("page.product.adjust.do"),
		Inputs: []web.Input{
			{
				Name: "delta", Label: frame.T("page.product.adjust.delta"), Hint: frame.T("page.product.adjust.delta.hint"),
				Kind: "number", Value: sent.Get("delta"), Required: true,
			},
			{Name: "note", Label: frame.T("page.product.adjust.note"), Kind: "text", Value: sent.Get("note"), Required: true, Most: 500},
		},
	}
	if refused != nil {
		page.Errors, page.Notice = screens.Blame(c, frame.Reader, page.Inputs, refused)
	}
	return screens.Show(c, page.Page)
}
