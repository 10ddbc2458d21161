package orders

import (
	"context"
	"maps"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"b2b.example/crud/lists"
	"b2b.example/crud/screens"
	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/web"
)

// inList is what the address of an order ends with that is opened from a list.
func inList(params url.Values) string {
	kept := maps.Clone(params)
	kept.Del(byFormat)
	kept.Del(byRow)
	return "?" + screens.ByList + "=" + url.QueryEscape(kept.Encode())
}

// placeInList puts in the way back to the list that the order was opened from, and to the orders beside it there. They are
// beside its place, whether or not it is still in the list itself.
func (b *backoffice) placeInList(c *fiber.Ctx, page *web.Order, o *Order) error {
	if !c.Context().QueryArgs().Has(screens.ByList) {
		return nil
	}
	params, err := url.ParseQuery(c.Query(screens.ByList))
	if err != nil {
		return lists.InvalidParam(screens.ByList)
	}
	page.InList = inList(params)
	page.List = &web.Neighbours{ListURL: hereURL(params)}
	params.Del(byCursor)
	wanted, err := b.listParams(params)
	if err != nil {
		return err
	}
	l, err := parseList(wanted)
	if err != nil {
		return err
	}
	for back, address := range map[bool]*string{true: &page.List.Previous, false: &page.List.Next} {
		beside, err := l.beside(kit.Context(c), b.db, o, back)
		if err != nil {
			return err
		}
		if beside != nil {
			*address = screens.Behind(c, orderURL(beside.ID))
		}
	}
	return nil
}

// beside is the next order of the list after the place of one, or the one before it; nil at the list's end.
func (l *list) beside(ctx context.Context, d *db.DB, o *Order, back bool) (*Order, error) {
	place := l.edge(o, back)
	l.At, l.Limit = &place, 1
	page, err := l.read(ctx, d)
	if err != nil || len(page.Rows) == 0 {
		return nil, err
	}
	return &page.Rows[0], nil
}
