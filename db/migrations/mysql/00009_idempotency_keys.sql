-- +goose Up
CREATE TABLE IF NOT EXISTS idempotency_keys (
  id               BIGINT         NOT NULL AUTO_INCREMENT PRIMARY KEY,
  caller           VARBINARY(190) NOT NULL,
  `key`            VARBINARY(255) NOT NULL,
  request_hash     VARBINARY(32)  NOT NULL,
  status_code      BIGINT         NOT NULL,
  response_headers TEXT           NULL,
  response_body    MEDIUMBLOB     NULL,
  target_type      VARCHAR(32)    NOT NULL,
  target_id        BIGINT         NOT NULL,
  server_made      BOOLEAN        NOT NULL,
  answered_at      DATETIME(6)    NULL, -- NULL once the stored answer has been swept
  created_at       DATETIME(6)    NOT NULL,
  UNIQUE KEY caller_key (caller, `key`),
  KEY idempotency_keys_answered (answered_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE idempotency_keys;
