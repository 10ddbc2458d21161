-- +goose Up
CREATE INDEX IF NOT EXISTS operators_role ON operators (role, created_at, id);
CREATE INDEX IF NOT EXISTS operators_disabled ON operators (disabled, created_at, id);

-- +goose Down
DROP INDEX operators_role;
DROP INDEX operators_disabled;
