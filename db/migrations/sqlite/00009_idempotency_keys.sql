-- +goose Up
CREATE TABLE IF NOT EXISTS idempotency_keys (
  id               INTEGER  NOT NULL PRIMARY KEY AUTOINCREMENT,
  caller           BLOB     NOT NULL,
  `key`            BLOB     NOT NULL,
  request_hash     BLOB     NOT NULL,
  status_code      INTEGER  NOT NULL,
  response_headers TEXT     NULL,
  response_body    BLOB     NULL,
  target_type      TEXT     NOT NULL,
  target_id        INTEGER  NOT NULL,
  server_made      BOOLEAN  NOT NULL,
  answered_at      DATETIME NULL, -- NULL once the stored answer has been swept
  created_at       DATETIME NOT NULL
);

CREATE UNIQUE INDEX IF NOT EXISTS idempotency_keys_caller_key_unique ON idempotency_keys (caller, `key`);
CREATE INDEX IF NOT EXISTS idempotency_keys_answered ON idempotency_keys (answered_at);

-- +goose Down
DROP TABLE idempotency_keys;
