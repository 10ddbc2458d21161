-- +goose Up
CREATE INDEX customers_deleted_at ON customers (deleted_at, id);

-- +goose Down
DROP INDEX customers_deleted_at ON customers;
