-- +goose Up
CREATE INDEX IF NOT EXISTS events_actor ON events (actor, created_at, id);
CREATE INDEX IF NOT EXISTS events_entity ON events (entity_type, created_at, id);
CREATE INDEX IF NOT EXISTS events_action ON events (entity_type, action, created_at, id);
CREATE INDEX IF NOT EXISTS events_request ON events (request_id, created_at, id);

-- +goose Down
DROP INDEX events_actor;
DROP INDEX events_entity;
DROP INDEX events_action;
DROP INDEX events_request;
