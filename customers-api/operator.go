package customers

import (
	"fmt"

	"b2b.example/crud"
	"b2b.example/db"
	"b2b.example/entities"
)

// operators are the operators with the rule that this service adds to their description: whoever is disabled, or gets
// another password, is logged out everywhere.
func operators(d *db.DB) *crud.Table[entities.Operator] {
	description := entities.Operators
	description.Changed = func(tx *db.Tx, before, after *entities.Operator) error {
		if before == nil || before.Password == after.Password && !after.Disabled {
			return nil
		}
		if err := tx.Where("operator_id = ?", after.ID).Delete(&session{}).Error; err != nil {
			return fmt.Errorf("end an operator's sessions: %w", err)
		}
		return nil
	}
	return crud.NewTable(d, description)
}
