package orders

import (
	"context"
	"fmt"

	"b2b.example/kit"
	"b2b.example/kit/fault"
)

// Customer is a customer as customers-api knows it now.
type Customer struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
	Phone string `json:"phone"`
	TaxID string `json:"tax_id"`
}

// customers asks customers-api for customers.
type customers struct{ client *kit.Client }

// find gives a living customer. One that does not exist is the fault CUSTOMER_NOT_FOUND; that customers-api cannot be
// asked is CUSTOMERS_UNAVAILABLE, which is something else entirely.
func (c customers) find(ctx context.Context, id int64) (Customer, error) {
	var customer Customer
	err := c.client.Get(ctx, fmt.Sprintf("/internal/customers/%d", id), &customer)
	if err != nil && fault.Of(err).Kind == fault.NotFound {
		return Customer{}, fault.New(fault.Invalid, "CUSTOMER_NOT_FOUND").On("customer_id", "CUSTOMER_NOT_FOUND")
	}
	return customer, err
}
