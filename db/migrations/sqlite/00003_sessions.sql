-- +goose Up
CREATE TABLE IF NOT EXISTS sessions (
  id           INTEGER  NOT NULL PRIMARY KEY AUTOINCREMENT,
  operator_id  INTEGER  NOT NULL,
  secret_hash  BLOB     NULL, -- of a browser's cookie; a token's session has none
  created_at   DATETIME NOT NULL,
  last_used_at DATETIME NOT NULL
);

CREATE INDEX IF NOT EXISTS sessions_operator ON sessions (operator_id);
CREATE INDEX IF NOT EXISTS sessions_created ON sessions (created_at);

-- +goose Down
DROP TABLE sessions;
