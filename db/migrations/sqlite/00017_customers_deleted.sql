-- +goose Up
CREATE INDEX IF NOT EXISTS customers_deleted_at ON customers (deleted_at, id);

-- +goose Down
DROP INDEX customers_deleted_at;
