package entities_test

import (
	"testing"

	"b2b.example/crud/crudtest"
	"b2b.example/entities"
)

func TestCustomers(t *testing.T) {
	t.Parallel()
	crudtest.Run(t, entities.Customers, crudtest.Options[entities.Customer]{})
}

func TestProducts(t *testing.T) {
	t.Parallel()
	crudtest.Run(t, entities.Products, crudtest.Options[entities.Product]{})
}

func TestOperators(t *testing.T) {
	t.Parallel()
	crudtest.Run(t, entities.Operators, crudtest.Options[entities.Operator]{})
}
