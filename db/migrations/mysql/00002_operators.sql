-- +goose Up
CREATE TABLE IF NOT EXISTS operators (
  id            BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  email         VARCHAR(190) NOT NULL,
  email_key     VARCHAR(570) NOT NULL,
  name          VARCHAR(120) NOT NULL,
  name_key      VARCHAR(360) NOT NULL,
  password_hash VARCHAR(255) NOT NULL,
  role          VARCHAR(16)  NOT NULL,
  disabled      BOOLEAN      NOT NULL,
  version       BIGINT       NOT NULL,
  created_at    DATETIME(6)  NOT NULL,
  updated_at    DATETIME(6)  NOT NULL,
  UNIQUE KEY email_key (email_key),
  KEY operators_created (created_at, id),
  KEY operators_name (name_key, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE operators;
