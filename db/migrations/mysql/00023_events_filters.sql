-- +goose Up
ALTER TABLE events
  ADD INDEX events_actor (actor, created_at, id),
  ADD INDEX events_entity (entity_type, created_at, id),
  ADD INDEX events_action (entity_type, action, created_at, id),
  ADD INDEX events_request (request_id, created_at, id);

-- +goose Down
ALTER TABLE events
  DROP INDEX events_actor,
  DROP INDEX events_entity,
  DROP INDEX events_action,
  DROP INDEX events_request;
