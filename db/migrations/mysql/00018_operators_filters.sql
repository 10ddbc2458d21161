-- +goose Up
ALTER TABLE operators
  ADD INDEX operators_role (role, created_at, id),
  ADD INDEX operators_disabled (disabled, created_at, id);

-- +goose Down
ALTER TABLE operators
  DROP INDEX operators_role,
  DROP INDEX operators_disabled;
