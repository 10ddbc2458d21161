package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"b2b.example/db"
	"b2b.example/entities"
)

// The demo's accounts are the same everywhere, so they serve this machine only: see refuseStrangers.
const demoPassword = "demo1234"

var demoAccounts = []entities.Operator{
	{Email: "manager@demo.test", Name: "Mercedes Ibarra", Role: "manager"},
	{Email: "operator@demo.test", Name: "Óscar Peña", Role: "operator"},
	{Email: "viewer@demo.test", Name: "Violet Archer", Role: "viewer"},
}

// The size of the demo.
const (
	demoSeed      = 1
	demoCustomers = 180
	demoProducts  = 120
	demoOrders    = 3000
)

// addDemo fills a database in which nothing has ever happened. It is one transaction: the demo is there, or is not.
func addDemo(ctx context.Context, d *db.DB) error {
	return d.Tx(ctx, func(tx *db.Tx) error {
		if used, err := isUsed(tx); used || err != nil {
			return err
		}
		staff, err := addAccounts(tx)
		if err != nil {
			return err
		}
		m := newMarket(demoSeed, tx.Now, append(staff, actor{"service:webshop", "webshop", "LAMBDA"}, actor{"service:erp", "erp", "API"}))
		if err := openCustomers(tx, m, 0, demoCustomers, staff[0]); err != nil {
			return err
		}
		if err := openProducts(tx, m, 0, demoProducts, staff[0]); err != nil {
			return err
		}
		return write(tx, m.stories(0, demoOrders, demoOrders))
	})
}

// isUsed says whether anything has happened here yet: every change has its event.
func isUsed(tx *db.Tx) (bool, error) {
	var events []db.EventRow
	if err := tx.Select("id").Limit(1).Find(&events).Error; err != nil {
		return false, fmt.Errorf("look for events: %w", err)
	}
	return len(events) > 0, nil
}

// operatorRow is an operator with the columns that its model leaves to the table.
type operatorRow struct {
	entities.Operator
	NameKey  string
	EmailKey string
}

// TableName is part of GORM's conventions.
func (operatorRow) TableName() string { return "operators" }

// addAccounts makes the demo's accounts, and gives those that take orders. Their password is shorter than any other may
// be, so they cannot be made as other accounts are.
func addAccounts(tx *db.Tx) ([]actor, error) {
	var staff []actor
	for _, account := range demoAccounts {
		hash, err := entities.HashPassword(demoPassword)
		if err != nil {
			return nil, err
		}
		row := &operatorRow{Operator: account, NameKey: db.Fold(account.Name), EmailKey: db.MailKey(account.Email)}
		row.Entity, row.Password = opening(tx.Now, 0), hash
		if err := tx.Create(row).Error; err != nil {
			return nil, fmt.Errorf("insert operators: %w", err)
		}
		made := deed{action: "created", at: row.CreatedAt, by: warehouse}
		if err := record(tx, []entry{{deed: made, entity: "operator", of: &row.ID, version: 1, changes: db.Changes{
			"name": {New: row.Name}, "email": {New: row.Email}, "role": {New: row.Role}, "disabled": {New: false}, "password": {Secret: true},
		}}}); err != nil {
			return nil, err
		}
		if row.Role != "viewer" {
			staff = append(staff, actor{fmt.Sprintf("operator:%d", row.ID), row.Name, "UI"})
		}
	}
	return staff, nil
}

// enabledDemoAccounts are the demo's accounts that would be let in.
func enabledDemoAccounts(ctx context.Context, d *db.DB) ([]string, error) {
	keys := make([]string, len(demoAccounts))
	for i, account := range demoAccounts {
		keys[i] = db.MailKey(account.Email)
	}
	var emails []string
	err := d.Read(ctx).Model(&operatorRow{}).Where("email_key IN ? AND disabled = ?", keys, false).Order("id").Pluck("email", &emails).Error
	if err != nil {
		return nil, fmt.Errorf("look for demo accounts: %w", err)
	}
	return emails, nil
}

// refuseStrangers does not let a database with demo accounts be reached from another machine: everybody knows their
// password.
func refuseStrangers(ctx context.Context, s *settings, d *db.DB) error {
	emails, err := enabledDemoAccounts(ctx, d)
	if err != nil || len(emails) == 0 {
		return err
	}
	public, err := url.Parse(s.PublicURL)
	if err != nil {
		return fmt.Errorf("PUBLIC_URL: %w", err)
	}
	if isLoopback(s.Host) && (s.PublicURL == "" || isLoopback(public.Hostname())) {
		return nil
	}
	return errors.New("this database has the demo's accounts, whose password everybody knows (" + strings.Join(emails, ", ") +
		"): disable them, or serve this machine only (HOST=127.0.0.1, no PUBLIC_URL)")
}

func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}
