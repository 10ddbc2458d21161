-- +goose Up
ALTER TABLE orders ADD INDEX orders_cancel_reason (cancel_reason, created_at, id);

-- +goose Down
ALTER TABLE orders DROP INDEX orders_cancel_reason;
