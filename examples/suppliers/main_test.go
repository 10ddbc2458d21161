package main

import (
	"io/fs"
	"testing"

	"b2b.example/crud/crudtest"
	"b2b.example/examples/suppliers/entities"
	"b2b.example/kit/i18n"
)

func TestSuppliers(t *testing.T) {
	i18n.Add(files)
	crudtest.Run(t, entities.Suppliers, crudtest.Options[entities.Supplier]{
		Migrations: []fs.FS{migrations()}, Others: []crudtest.Other{crudtest.With(entities.Buyers)},
	})
}

func TestBuyers(t *testing.T) {
	i18n.Add(files)
	crudtest.Run(t, entities.Buyers, crudtest.Options[entities.Buyer]{Migrations: []fs.FS{migrations()}})
}
