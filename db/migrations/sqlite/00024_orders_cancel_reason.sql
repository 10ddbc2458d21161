-- +goose Up
CREATE INDEX IF NOT EXISTS orders_cancel_reason ON orders (cancel_reason, created_at, id);

-- +goose Down
DROP INDEX orders_cancel_reason;
