package customers

import (
	"context"
	"slices"

	"b2b.example/crud/check"
	"b2b.example/db"
	"b2b.example/entities"
)

// Invariants are what is true of this service's tables at any time, whatever was retried, killed or unplugged.
func Invariants() []db.Invariant {
	return slices.Concat(check.Invariants(entities.Customers), check.Invariants(entities.Operators), []db.Invariant{
		{
			Name: "a deleted customer frees its e-mail address, and no other does", Over: "customers",
			Means: "A new customer is refused for an address that nobody uses, or two have the same one.",
			Query: `
			SELECT 'customer', id, 'it is deleted and keeps its e-mail address, or the other way round'
			FROM customers WHERE id BETWEEN @first AND @last AND (deleted_at IS NULL) <> (email_key IS NOT NULL)`,
		},
		{
			Name: "a session belongs to an operator who may log in", Over: "sessions",
			Means: "Somebody who was disabled may still be logged in. Deleting the session's row ends it.",
			Query: `
			SELECT 'session', s.id, 'its operator is disabled or gone' FROM sessions s LEFT JOIN operators o ON o.id = s.operator_id
			WHERE s.id BETWEEN @first AND @last AND (o.id IS NULL OR o.disabled)`,
		},
		{
			Name: "a password is stored as its hash", Over: "operators",
			Means: "A password can be read in the database, and in its back-ups: it has to be changed. Its owner cannot log in.",
			Query: `
			SELECT 'operator', id, 'its password is no argon2id hash'
			FROM operators WHERE id BETWEEN @first AND @last AND password_hash NOT LIKE '$argon2id$%'`,
		},
		{
			Name: "an operator has a role that there is", Over: "operators",
			Means: "The operator is refused everything. A manager can give them a role.",
			Query: `
			SELECT 'operator', id, CONCAT('its role is none of viewer, operator and manager: ', role)
			FROM operators WHERE id BETWEEN @first AND @last AND role NOT IN ('viewer', 'operator', 'manager')`,
		},
	})
}

// Evidence is what the database has of an entity of this service; secrets are left out.
func Evidence() db.Evidence {
	return db.Evidence{
		"customer": {
			"SELECT 'customers' AS `table`, customers.* FROM customers WHERE id = ?", db.EventsOf("customer"),
		},
		"operator": {
			"SELECT 'operators' AS `table`, id, email, email_key, name, role, disabled, version, created_at, updated_at FROM operators WHERE id = ?",
			db.EventsOf("operator"),
		},
		"session": {"SELECT 'sessions' AS `table`, id, operator_id, created_at, last_used_at FROM sessions WHERE id = ?"},
	}
}

// Check verifies the invariants.
func Check(ctx context.Context, d *db.DB, report func(db.Finding)) error {
	return db.Check{Invariants: Invariants(), Evidence: Evidence(), Report: report}.Run(ctx, d)
}
