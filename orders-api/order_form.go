package orders

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"b2b.example/crud/screens"
	"b2b.example/db"
	"b2b.example/entities"
	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/web"
)

const (
	mostFound = 8   // customers or products that a search offers
	mostLines = 200 // of an order
)

// orderForm is a new order as far as it has been typed. All of it is in the form, and is sent with each of its buttons.
type orderForm struct {
	key                           string
	customerID                    int64
	customerSearch, productSearch string
	reference, note               string
	lines                         []formLine
	focus                         string // the input to go on with, after a button; "": where the focus is
}

// formLine is a line as it was typed.
type formLine struct {
	productID int64
	qty       string
}

// asked is the quantity that was typed; 0 for none that can be ordered.
func (l formLine) asked() int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(l.qty), 10, 64)
	if err != nil || n < 1 || n > maxQty {
		return 0
	}
	return n
}

// readOrderForm reads a form that was sent. What is not a product's id is no line.
func readOrderForm(sent url.Values) *orderForm {
	f := &orderForm{
		key: sent.Get("key"), customerSearch: sent.Get("customer_search"), productSearch: sent.Get("product_search"),
		reference: sent.Get("reference"), note: sent.Get("note"),
	}
	f.customerID, _ = wholeNumber(sent.Get("customer_id"))
	for i, text := range sent["product_id"] {
		id, ok := wholeNumber(text)
		if !ok || i >= len(sent["qty"]) || len(f.lines) == mostLines {
			continue
		}
		f.lines = append(f.lines, formLine{id, sent["qty"][i]})
	}
	return f
}

// press does what a button of the form says: "add:17", "set:17:3", "remove:17", "choose:5", "change_customer".
func (f *orderForm) press(button string) {
	verb, rest, _ := strings.Cut(button, ":")
	first, second, _ := strings.Cut(rest, ":")
	id, _ := wholeNumber(first)
	at := slices.IndexFunc(f.lines, func(l formLine) bool { return l.productID == id })
	switch {
	case verb == "choose":
		f.customerID, f.customerSearch, f.focus = id, "", "product_search"
	case verb == "change_customer":
		f.customerID, f.focus = 0, "customer_search"
	case verb == "add":
		f.add(id, at)
		f.focus = qtyInput(id)
	case verb == "set" && at >= 0:
		f.lines[at].qty, f.focus = second, qtyInput(id)
	case verb == "remove" && at >= 0:
		f.lines, f.focus = slices.Delete(f.lines, at, at+1), "product_search"
	}
}

// qtyInput is the id of the input for a product's quantity.
func qtyInput(productID int64) string { return "qty-" + strconv.FormatInt(productID, 10) }

// add adds a piece of a product: to its line, if it has one.
func (f *orderForm) add(id int64, at int) {
	f.productSearch = ""
	switch {
	case at >= 0:
		f.lines[at].qty = strconv.FormatInt(f.lines[at].asked()+1, 10)
	case id > 0 && len(f.lines) < mostLines:
		f.lines = append(f.lines, formLine{id, "1"})
	}
}

// newOrderPage begins a new order, of a customer if the address names one.
func (b *backoffice) newOrderPage(c *fiber.Ctx) error {
	f := &orderForm{key: uuid.NewString(), focus: "customer_search"}
	if id, ok := wholeNumber(c.Query("customer_id")); ok {
		f.customerID, f.focus = id, "product_search"
	}
	if id, ok := wholeNumber(c.Query(byAgain)); ok {
		old, err := Get(kit.Context(c), b.db, id)
		if err != nil {
			return err
		}
		f.fillFrom(old)
	}
	return b.showNewOrder(c, f, nil)
}

// byAgain names the order whose customer and lines a new one begins with.
const byAgain = "again"

// fillFrom asks for what an order had, at the prices of today. Reference and note belong to that order alone.
func (f *orderForm) fillFrom(o *Order) {
	f.customerID, f.focus = o.CustomerID, "product_search"
	for _, item := range o.Items {
		f.lines = append(f.lines, formLine{item.ProductID, strconv.FormatInt(item.Qty, 10)})
	}
}

// newOrder takes the form of a new order: its button creates the order, or changes the form and shows it again.
func (b *backoffice) newOrder(c *fiber.Ctx, sent url.Values) error {
	if sent.Get("do") != "create" {
		return b.draftOrder(c, sent)
	}
	f := readOrderForm(sent)
	if err := kit.CarryKey(c, f.key); err != nil {
		return err
	}
	answer, err := b.create(c, f)
	switch {
	case fault.Is(err, "IDEMPOTENCY_KEY_REUSED"):
		return b.placedAlready(c, f)
	case err != nil:
		return b.showNewOrder(c, f, err)
	}
	return c.Redirect(home+answer.Location, http.StatusSeeOther)
}

// draftOrder shows the form after a button that only changes it.
func (b *backoffice) draftOrder(c *fiber.Ctx, sent url.Values) error {
	f := readOrderForm(sent)
	f.press(sent.Get("do"))
	return b.showNewOrder(c, f, nil)
}

// create places the order, by the way that the API goes.
func (b *backoffice) create(c *fiber.Ctx, f *orderForm) (*kit.Answer, error) {
	in := new(placeOrder)
	in.Body.CustomerID, in.Body.Reference, in.Body.Note = f.customerID, &f.reference, &f.note
	for _, line := range f.lines {
		in.Body.Items = append(in.Body.Items, lineBody{ProductID: line.productID, Qty: line.asked()})
	}
	if err := kit.Validate(in); err != nil {
		return nil, err
	}
	return b.place(c, in)
}

// placedAlready leads to the order that this form has placed, when it is sent again with other values.
func (b *backoffice) placedAlready(c *fiber.Ctx, f *orderForm) error {
	kind, id, err := b.db.Target(kit.Context(c), kit.Who(c).Caller(), f.key)
	if err != nil {
		return err
	}
	if kind != "order" {
		return b.showNewOrder(c, f, fault.New(fault.Invalid, "IDEMPOTENCY_KEY_REUSED"))
	}
	return c.Redirect(orderURL(id)+"?"+cameBy+"="+cameAgain, http.StatusSeeOther)
}

// showNewOrder shows the form with all that is known of what was typed, and with what was refused.
func (b *backoffice) showNewOrder(c *fiber.Ctx, f *orderForm, refused error) error {
	frame, err := b.Frame(c, "orders")
	if err != nil {
		return err
	}
	page := web.NewOrder{
		Frame: frame, Key: f.key, CustomerSearch: f.customerSearch, ProductSearch: f.productSearch, Reference: f.reference, Note: f.note,
		Focus: f.focus,
	}
	page.Path = home + "/orders/new"
	if err := b.fillCustomer(c, f, &page); err != nil {
		return err
	}
	if err := b.fillLines(kit.Context(c), f, &page); err != nil {
		return err
	}
	if err := b.findProducts(kit.Context(c), f, &page); err != nil {
		return err
	}
	if refused != nil {
		if fault.Of(refused).Kind == fault.Unauthenticated {
			return refused
		}
		tell(&page, f, kit.Refusal(c, refused))
	}
	return screens.Show(c, page.Page)
}

// fillCustomer asks for the customer that was chosen, or for those that a search means. That customers-api is away is said
// on the page, which loses nothing by it.
func (b *backoffice) fillCustomer(c *fiber.Ctx, f *orderForm, page *web.NewOrder) error {
	var err error
	switch {
	case f.customerID > 0:
		page.Customer, err = b.customers.asOperator(kit.Context(c), f.customerID)
		if fault.Is(err, "CUSTOMER_NOT_FOUND") {
			page.CustomersNote = &web.Note{Kind: "warn", Title: page.T("page.note.customer_gone")}
			err = nil
		}
	case strings.TrimSpace(f.customerSearch) != "":
		page.Customers, err = b.customers.search(kit.Context(c), strings.TrimSpace(f.customerSearch))
		if err == nil && len(page.Customers) == 0 {
			page.CustomersNote = &web.Note{Kind: "info", Title: page.T("page.note.no_customer"), Text: page.T("page.note.no_customer.do")}
		}
	}
	if err == nil || fault.Of(err).Kind == fault.Unauthenticated {
		return err
	}
	page.CustomersNote = &web.Note{Kind: "warn", Title: page.T("page.note.customers_away"), Text: page.T("page.note.customers_away.do")}
	if f.customerID > 0 {
		page.Customer = &web.Customer{ID: f.customerID, Name: page.T("page.new_order.customer_number", "id", f.customerID)}
	}
	return nil
}

// fillLines tells name, price and stock of the products in the lines, and adds them up. A product that is no longer sold
// stays, and is said to be the trouble.
func (b *backoffice) fillLines(ctx context.Context, f *orderForm, page *web.NewOrder) error {
	products, err := b.productsOf(ctx, f.lines)
	if err != nil {
		return err
	}
	for _, line := range f.lines {
		shown, product := web.NewLine{ProductID: line.productID, Qty: line.qty, Asked: line.asked()}, products[line.productID]
		switch {
		case product == nil:
			shown.SKU, shown.Error = "#"+strconv.FormatInt(line.productID, 10), page.T("field.PRODUCT_NOT_FOUND")
		case product.Archived:
			shown.Error = page.T("field.PRODUCT_ARCHIVED")
		}
		if product != nil {
			shown.SKU, shown.Name, shown.Stock, shown.PriceCents = product.SKU, product.Name, product.Stock, product.PriceCents
			shown.Short = shown.Error == "" && shown.Asked > product.Stock
			shown.SubtotalCents = shown.Asked * product.PriceCents
		}
		page.Units += shown.Asked
		page.TotalCents += shown.SubtotalCents
		page.Lines = append(page.Lines, shown)
	}
	return nil
}

func (b *backoffice) productsOf(ctx context.Context, lines []formLine) (map[int64]*entities.Product, error) {
	if len(lines) == 0 {
		return nil, nil
	}
	var ids []int64
	for _, line := range lines {
		ids = append(ids, line.productID)
	}
	var found []*entities.Product
	if err := b.db.Read(ctx).Where("id IN ?", db.Padded(ids)).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("products of a form: %w", err)
	}
	byID := make(map[int64]*entities.Product, len(found))
	for _, product := range found {
		byID[product.ID] = product
	}
	return byID, nil
}

// findProducts offers the products that a search means, of those that are sold.
func (b *backoffice) findProducts(ctx context.Context, f *orderForm, page *web.NewOrder) error {
	words := strings.TrimSpace(f.productSearch)
	if words == "" {
		return nil
	}
	found, err := b.products.List(ctx, url.Values{"search": {words}, "archived": {"false"}, "sort": {"name"}, "limit": {strconv.Itoa(mostFound)}})
	if err != nil {
		return err
	}
	for _, p := range found.Rows {
		page.Products = append(page.Products, web.Product{
			ID: p.ID, SKU: p.SKU, Name: p.Name, Stock: p.Stock, PriceCents: p.PriceCents, Low: p.Stock <= p.LowStockAt,
		})
	}
	if len(page.Products) == 0 {
		page.ProductsNote = &web.Note{Kind: "info", Title: page.T("page.note.no_product"), Text: page.T("page.note.no_product.do")}
	}
	return nil
}

// tell puts what was refused where it can be mended: at its fields, or above the form.
func tell(page *web.NewOrder, f *orderForm, problem kit.Problem) {
	switch {
	case problem.Code == "CUSTOMERS_UNAVAILABLE":
		page.Notice = &web.Note{Kind: "warn", Title: page.T("page.note.customers_away"), Text: page.T("page.note.customers_away.do")}
	case problem.Status >= http.StatusInternalServerError:
		page.Notice = &web.Note{Kind: "warn", Title: page.T("page.note.unsure"), Text: page.T("page.note.unsure_order.do")}
	case problem.Code == "INSUFFICIENT_STOCK":
		page.Notice = &web.Note{Kind: "bad", Title: problem.Detail, Text: page.T("page.note.short.do")}
	case len(problem.Errors) == 0:
		page.Notice = &web.Note{Kind: "bad", Title: problem.Title, Text: problem.Detail}
	}
	if page.Notice != nil {
		return
	}
	for _, field := range problem.Errors {
		id, text := inputOf(page.Reader, f, field)
		page.Errors = append(page.Errors, web.FieldError{Field: id, Text: text})
	}
}

// inputOf is the input that a fault of the order's JSON is about, and the fault in the form's words.
func inputOf(r web.Reader, f *orderForm, field kit.FieldProblem) (id, text string) {
	switch {
	case field.Field == "customer_id" && field.Code != "CUSTOMER_NOT_FOUND":
		return "customer_search", r.T("page.new_order.choose_customer")
	case field.Field == "customer_id":
		return "customer_search", field.Detail
	case field.Field == "items":
		return "product_search", r.T("page.new_order.add_product")
	case strings.HasPrefix(field.Field, "items["):
		line := f.lines[min(max(lineOf(field.Field), 0), len(f.lines)-1)]
		if strings.HasSuffix(field.Field, ".qty") {
			return qtyInput(line.productID), r.T("page.new_order.qty", "count", int64(maxQty))
		}
		return qtyInput(line.productID), field.Detail
	}
	return field.Field, field.Detail
}
