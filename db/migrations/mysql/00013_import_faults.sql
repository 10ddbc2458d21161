-- +goose Up
CREATE TABLE IF NOT EXISTS import_faults (
  id          BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  import_id   BIGINT       NOT NULL,
  line        BIGINT       NOT NULL,
  column_name VARCHAR(255) NOT NULL,
  value       VARCHAR(255) NOT NULL,
  code        VARCHAR(64)  NOT NULL,
  args        JSON         NOT NULL,
  KEY import_faults_import (import_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE import_faults;
