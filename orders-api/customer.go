package orders

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"b2b.example/kit"
	"b2b.example/kit/fault"
	"b2b.example/web"
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

// asOperator gives a customer as a page's operator may see it, through the API and in the operator's own name. Faults:
// CUSTOMER_NOT_FOUND; 401 where the operator's session has ended; 503.
func (c customers) asOperator(ctx context.Context, id int64) (*web.Customer, error) {
	reply, err := c.client.Do(ctx, kit.Call{Path: fmt.Sprintf("/customers/%d", id), Acting: true})
	if fault.Is(err, "NOT_FOUND") {
		return nil, fault.New(fault.Invalid, "CUSTOMER_NOT_FOUND")
	}
	if err != nil {
		return nil, err
	}
	var found Customer
	if err := reply.JSON(&found); err != nil {
		return nil, err
	}
	shown := found.shown()
	return &shown, nil
}

// search gives the first customers that the words mean, likewise.
func (c customers) search(ctx context.Context, words string) ([]web.Customer, error) {
	reply, err := c.client.Do(ctx, kit.Call{
		Path: "/customers", Acting: true,
		Query: url.Values{"search": {words}, "sort": {"name"}, "limit": {strconv.Itoa(mostFound)}},
	})
	if err != nil {
		return nil, err
	}
	var page struct {
		Data []Customer `json:"data"`
	}
	if err := reply.JSON(&page); err != nil {
		return nil, err
	}
	var shown []web.Customer
	for _, one := range page.Data {
		shown = append(shown, one.shown())
	}
	return shown, nil
}

func (c Customer) shown() web.Customer {
	return web.Customer{ID: c.ID, Name: c.Name, Email: c.Email, Phone: c.Phone, TaxID: c.TaxID}
}
