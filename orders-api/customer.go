package orders

import (
	"context"
	"errors"
	"fmt"
	"time"

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

// errOther is what a customer is not, whose answer speaks of something else.
var errOther = errors.New("the answer is no such customer's")

// find gives a living customer. One that does not exist is the fault CUSTOMER_NOT_FOUND; that customers-api cannot be
// asked, or makes no sense, is CUSTOMERS_UNAVAILABLE, which is something else entirely.
func (c customers) find(ctx context.Context, id int64) (Customer, error) {
	var customer Customer
	err := c.client.Get(ctx, fmt.Sprintf("/internal/customers/%d", id), &customer)
	switch {
	case err == nil && customer.ID == id:
		return customer, nil
	case err == nil:
		err = errOther
	case fault.Of(err).Kind == fault.NotFound:
		return Customer{}, fault.New(fault.Invalid, "CUSTOMER_NOT_FOUND").On("customer_id", "CUSTOMER_NOT_FOUND")
	case fault.Of(err).Kind == fault.Unavailable:
		return Customer{}, err
	}
	return Customer{}, fault.New(fault.Unavailable, "CUSTOMERS_UNAVAILABLE").Retry(time.Second).Because(err)
}
