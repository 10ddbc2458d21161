-- +goose Up
CREATE TABLE IF NOT EXISTS login_failures (
  subject       BLOB     NOT NULL PRIMARY KEY, -- account:EMAIL_KEY or address:IP
  failures      INTEGER  NOT NULL,
  since         DATETIME NOT NULL,
  last_at       DATETIME NOT NULL,
  blocked_until DATETIME NULL
);

CREATE INDEX IF NOT EXISTS login_failures_last ON login_failures (last_at);

-- +goose Down
DROP TABLE login_failures;
