-- +goose Up
CREATE TABLE IF NOT EXISTS suppliers (
  id           BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name         VARCHAR(120) NOT NULL,
  name_key     VARCHAR(360) NOT NULL,
  email        VARCHAR(190) NOT NULL,
  email_key    VARCHAR(570) NOT NULL,
  tax_id       VARCHAR(40)  NOT NULL,
  terms        VARCHAR(16)  NOT NULL,
  lead_days    BIGINT       NOT NULL,
  credit_cents BIGINT       NOT NULL,
  parent_id    BIGINT       NOT NULL,
  preferred    BOOLEAN      NOT NULL,
  rating       BIGINT       NOT NULL,
  audited_at   DATETIME(6)  NULL,
  slow         BOOLEAN      GENERATED ALWAYS AS (lead_days > 30) STORED,
  version      BIGINT       NOT NULL,
  created_at   DATETIME(6)  NOT NULL,
  updated_at   DATETIME(6)  NOT NULL,
  UNIQUE KEY email_key (email_key)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS firms (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name       VARCHAR(120) NOT NULL,
  deleted_at DATETIME(6) NULL,
  version    BIGINT NOT NULL,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT INTO firms (id, name, version, created_at, updated_at) VALUES
  (1, 'Grupo Uno', 1, '2026-01-01', '2026-01-01'), (2, 'Grupo Dos', 1, '2026-01-01', '2026-01-01'),
  (9007199254740992, 'Grupo Grande', 1, '2026-01-01', '2026-01-01');

-- +goose Down
DROP TABLE suppliers;
DROP TABLE firms;
