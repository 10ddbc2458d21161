-- +goose Up
CREATE TABLE IF NOT EXISTS login_failures (
  subject       VARBINARY(640) NOT NULL PRIMARY KEY, -- account:EMAIL_KEY or address:IP
  failures      BIGINT         NOT NULL,
  since         DATETIME(6)    NOT NULL,
  last_at       DATETIME(6)    NOT NULL,
  blocked_until DATETIME(6)    NULL,
  KEY login_failures_last (last_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE login_failures;
