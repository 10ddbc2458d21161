package orders

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm/clause"

	"b2b.example/db"
)

// preference is one thing that an operator has chosen about their pages.
type preference struct {
	OperatorID  int64 `gorm:"primaryKey;autoIncrement:false"`
	Name, Value string
}

// remember keeps what an operator has chosen; the last choice stands.
func (s *service) remember(ctx context.Context, operator int64, chosen map[string]string) error {
	rows := make([]preference, 0, len(chosen))
	for _, name := range slices.Sorted(maps.Keys(chosen)) {
		rows = append(rows, preference{operator, name, chosen[name]})
	}
	replaces := clause.OnConflict{
		Columns: []clause.Column{{Name: "operator_id"}, {Name: "name"}}, DoUpdates: clause.AssignmentColumns([]string{"value"}),
	}
	err := s.db.Tx(ctx, func(tx *db.Tx) error { return tx.Clauses(replaces).Create(&rows).Error })
	if err != nil {
		return fmt.Errorf("keep preferences: %w", err)
	}
	return nil
}

// preferencesOf are what an operator has chosen, on whatever browser.
func (s *service) preferencesOf(ctx context.Context, operator int64) (map[string]string, error) {
	var rows []preference
	if err := s.db.Read(ctx).Where("operator_id = ?", operator).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read preferences: %w", err)
	}
	chosen := map[string]string{}
	for _, row := range rows {
		chosen[row.Name] = row.Value
	}
	return chosen, nil
}
