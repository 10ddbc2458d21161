package customers

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"b2b.example/crud/lists"
	"b2b.example/crud/writes"
	"b2b.example/db"
	"b2b.example/entities"
	"b2b.example/kit"
)

// mostIDs is how many customers can be asked for at once.
const mostIDs = 100

// oneCustomer gives a living customer to another service.
func (s *service) oneCustomer(c *fiber.Ctx, in *struct {
	ID int64 `path:"id"`
}) (*kit.Answer, error) {
	return writes.Sent(s.customers.Now(kit.Context(c), in.ID))
}

// someCustomers gives those of the customers that there are, by id, as a list that has no other pages.
func (s *service) someCustomers(c *fiber.Ctx, in *struct {
	IDs string `query:"ids" validate:"required"`
}) (*kit.Answer, error) {
	ids, err := idsOf(in.IDs)
	if err != nil {
		return nil, err
	}
	var rows []entities.Customer
	err = s.db.Read(kit.Context(c)).Where("id IN ? AND deleted_at IS NULL", db.Padded(ids)).Order("id").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("several customers: %w", err)
	}
	return &kit.Answer{Body: s.customers.JSON(lists.Page[entities.Customer]{Rows: rows})}, nil
}

// idsOf reads "1,2,3".
func idsOf(list string) ([]int64, error) {
	texts := strings.Split(list, ",")
	if len(texts) > mostIDs {
		return nil, lists.InvalidParam("ids")
	}
	ids := make([]int64, len(texts))
	for i, text := range texts {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || id < 1 || strconv.FormatInt(id, 10) != text {
			return nil, lists.InvalidParam("ids")
		}
		ids[i] = id
	}
	return ids, nil
}
