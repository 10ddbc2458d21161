-- +goose Up
CREATE TABLE IF NOT EXISTS suppliers (
  id           INTEGER  NOT NULL PRIMARY KEY AUTOINCREMENT,
  name         TEXT     NOT NULL,
  name_key     TEXT     NOT NULL,
  email        TEXT     NOT NULL,
  email_key    TEXT     NOT NULL,
  tax_id       TEXT     NOT NULL,
  terms        TEXT     NOT NULL,
  lead_days    INTEGER  NOT NULL,
  credit_cents INTEGER  NOT NULL,
  parent_id    INTEGER  NOT NULL,
  preferred    BOOLEAN  NOT NULL,
  rating       INTEGER  NOT NULL,
  audited_at   DATETIME NULL,
  slow         BOOLEAN  GENERATED ALWAYS AS (lead_days > 30) STORED,
  version      INTEGER  NOT NULL,
  created_at   DATETIME NOT NULL,
  updated_at   DATETIME NOT NULL
);

CREATE UNIQUE INDEX IF NOT EXISTS suppliers_email_key_unique ON suppliers (email_key);

CREATE TABLE IF NOT EXISTS firms (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  name       VARCHAR(120) NOT NULL,
  deleted_at DATETIME NULL,
  version    BIGINT NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL
);
INSERT INTO firms (id, name, version, created_at, updated_at) VALUES
  (1, 'Grupo Uno', 1, '2026-01-01', '2026-01-01'), (2, 'Grupo Dos', 1, '2026-01-01', '2026-01-01'),
  (9007199254740992, 'Grupo Grande', 1, '2026-01-01', '2026-01-01');

-- +goose Down
DROP TABLE suppliers;
DROP TABLE firms;
