-- +goose Up
CREATE TABLE IF NOT EXISTS operators (
  id            INTEGER  NOT NULL PRIMARY KEY AUTOINCREMENT,
  email         TEXT     NOT NULL,
  email_key     TEXT     NOT NULL,
  name          TEXT     NOT NULL,
  name_key      TEXT     NOT NULL,
  password_hash TEXT     NOT NULL,
  role          TEXT     NOT NULL,
  disabled      BOOLEAN  NOT NULL,
  version       INTEGER  NOT NULL,
  created_at    DATETIME NOT NULL,
  updated_at    DATETIME NOT NULL
);

CREATE UNIQUE INDEX IF NOT EXISTS operators_email_key_unique ON operators (email_key);
CREATE INDEX IF NOT EXISTS operators_created ON operators (created_at, id);
CREATE INDEX IF NOT EXISTS operators_name ON operators (name_key, id);

-- +goose Down
DROP TABLE operators;
