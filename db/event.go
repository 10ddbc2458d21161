package db

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Change is one field's old and new value. Of a secret only the fact is told.
type Change struct {
	Old, New any
	Secret   bool
}

// MarshalJSON gives {"old": ..., "new": ...}, or {"secret": true}.
func (c Change) MarshalJSON() ([]byte, error) {
	if c.Secret {
		return []byte(`{"secret":true}`), nil
	}
	return json.Marshal(struct {
		Old any `json:"old"`
		New any `json:"new"`
	}{c.Old, c.New})
}

// Changes are a change's fields by name.
type Changes map[string]Change

// Event tells of one change of one entity. EntityVersion is the version that the change made, so there is exactly one
// event for each.
type Event struct {
	EntityType    string
	EntityID      int64
	EntityVersion int64
	Action        string
	Changes       Changes
	By            *Call // who did it; nil: the transaction's caller
}

// EventRow is an event as it is stored: what happened, who did it, through which channel and request.
type EventRow struct {
	ID                int64
	EntityType        string
	EntityID          int64
	EntityVersion     int64
	Action            string
	Actor             string // operator:7, service:shop, system:sweeper
	ActorName         string // as it was then
	Channel           string
	RequestID         string
	IdempotencyCaller *string
	IdempotencyKey    *string
	Changes           string    // a JSON object: field -> {"old", "new"}
	CreatedAt         time.Time `gorm:"autoCreateTime:false"`
}

// TableName is part of GORM's conventions.
func (EventRow) TableName() string { return "events" }

// Record writes events in the transaction of the changes that they tell of, in the name of the transaction's caller.
func (tx *Tx) Record(events ...Event) error {
	rows := make([]EventRow, len(events))
	for i, e := range events {
		changes, err := json.Marshal(e.Changes)
		if err != nil {
			return fmt.Errorf("event %s %s: %w", e.EntityType, e.Action, err)
		}
		by := e.By
		if by == nil {
			by = &tx.call
		}
		rows[i] = EventRow{
			EntityType: e.EntityType, EntityID: e.EntityID, EntityVersion: e.EntityVersion, Action: e.Action,
			Actor: by.Actor, ActorName: by.ActorName, Channel: by.Channel, RequestID: by.RequestID,
			Changes: string(changes), CreatedAt: tx.Now,
		}
		if by.Key != "" {
			rows[i].IdempotencyCaller, rows[i].IdempotencyKey = &by.Caller, &by.Key
		}
	}
	if err := Insert(tx, rows); err != nil {
		return fmt.Errorf("events: %w", err)
	}
	return nil
}

// Events are an entity's events, newest first: up to limit of those with a version below before, all when before is 0.
func (d *DB) Events(ctx context.Context, entityType string, id, before int64, limit int) ([]EventRow, error) {
	query := d.Read(ctx).Where("entity_type = ? AND entity_id = ?", entityType, id)
	if before > 0 {
		query = query.Where("entity_version < ?", before)
	}
	var rows []EventRow
	if err := query.Order("entity_version DESC").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("events: %w", err)
	}
	return rows, nil
}
