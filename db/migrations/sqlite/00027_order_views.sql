-- +goose Up
CREATE TABLE IF NOT EXISTS order_views (
  id         INTEGER  NOT NULL PRIMARY KEY AUTOINCREMENT,
  owner_id   INTEGER  NOT NULL, -- an operator
  name       TEXT     NOT NULL,
  query      TEXT     NOT NULL, -- of the list's address
  shared     BOOLEAN  NOT NULL,
  version    INTEGER  NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);

CREATE INDEX IF NOT EXISTS order_views_owner ON order_views (owner_id, id);
CREATE INDEX IF NOT EXISTS order_views_shared ON order_views (shared, id);

-- +goose Down
DROP TABLE order_views;
