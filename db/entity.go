package db

import "time"

// Entity is what every mutable row begins with. Version starts at 1 and grows by 1 with each change; times are UTC in
// whole microseconds, so that what was answered is what will be read.
type Entity struct {
	ID        int64     `gorm:"primaryKey"`
	Version   int64     `gorm:"not null"`
	CreatedAt time.Time `gorm:"not null;autoCreateTime:false"`
	UpdatedAt time.Time `gorm:"not null;autoUpdateTime:false"`
}

// Base gives any row that embeds an Entity as that Entity.
func (e *Entity) Base() *Entity { return e }
