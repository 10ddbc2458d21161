package customers

import (
	"context"

	"b2b.example/crud"
	"b2b.example/db"
	"b2b.example/entities"
)

// Invariants are what is true of this service's tables at any time, whatever was retried, killed or unplugged.
func Invariants() []db.Invariant {
	return []db.Invariant{
		db.VersionsHaveEvents("customer", "customers"),
		db.VersionsHaveEvents("operator", "operators"),
		{Name: "a deleted customer frees its e-mail address, and no other does", Query: `
			SELECT 'customer', id, 'it is deleted and keeps its e-mail address, or the other way round'
			FROM customers WHERE (deleted_at IS NULL) <> (email_key IS NOT NULL)`},
		{Name: "a session belongs to an operator who may log in", Query: `
			SELECT 'session', s.id, 'its operator is disabled or gone'
			FROM sessions s LEFT JOIN operators o ON o.id = s.operator_id WHERE o.id IS NULL OR o.disabled`},
		{Name: "a password is stored as its hash", Query: `
			SELECT 'operator', id, 'its password is no argon2id hash'
			FROM operators WHERE password_hash NOT LIKE '$argon2id$%'`},
		{Name: "an operator has a role that there is", Query: `
			SELECT 'operator', id, 'its role is none of viewer, operator and manager'
			FROM operators WHERE role NOT IN ('viewer', 'operator', 'manager')`},
	}
}

// Check verifies the invariants, and what SQL by itself cannot tell: that the copies of names and e-mail addresses, which
// are searched and held unique, are those of what is shown.
func Check(ctx context.Context, d *db.DB, report func(db.Finding)) error {
	if err := d.Check(ctx, Invariants(), report); err != nil {
		return err
	}
	if err := crud.NewTable(d, entities.Customers).CheckCopies(ctx, report); err != nil {
		return err
	}
	return operators(d).CheckCopies(ctx, report)
}
