-- +goose Up
CREATE TABLE IF NOT EXISTS specimens (
  id integer PRIMARY KEY AUTOINCREMENT,
  name text NOT NULL,
  name_key text NOT NULL,
  email text NOT NULL,
  email_key text,
  size text NOT NULL,
  code text NOT NULL,
  pieces integer NOT NULL,
  price_cents integer NOT NULL,
  box_id integer,
  spare_id integer,
  fragile numeric NOT NULL,
  seen_at datetime,
  score integer NOT NULL,
  many boolean GENERATED ALWAYS AS (pieces > 100) STORED,
  deleted_at datetime,
  version integer NOT NULL,
  created_at datetime NOT NULL,
  updated_at datetime NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS specimens_email_key_unique ON specimens(email_key);
CREATE INDEX IF NOT EXISTS specimens_deleted_at ON specimens(deleted_at,id);
CREATE INDEX IF NOT EXISTS specimens_fragile ON specimens(fragile,created_at,id);
CREATE INDEX IF NOT EXISTS specimens_box_id ON specimens(box_id,created_at,id);
CREATE INDEX IF NOT EXISTS specimens_price_cents ON specimens(price_cents,id);
CREATE INDEX IF NOT EXISTS specimens_pieces_order ON specimens(pieces,id);
CREATE INDEX IF NOT EXISTS specimens_pieces ON specimens(pieces,created_at,id);
CREATE INDEX IF NOT EXISTS specimens_size ON specimens(size,created_at,id);
CREATE INDEX IF NOT EXISTS specimens_name_key ON specimens(name_key,id);
CREATE INDEX IF NOT EXISTS specimens_created_at ON specimens(created_at,id);
CREATE INDEX IF NOT EXISTS specimens_many ON specimens(many,created_at,id);

-- +goose Down
DROP TABLE specimens;
