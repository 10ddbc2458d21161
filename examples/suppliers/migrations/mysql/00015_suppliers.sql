-- +goose Up
CREATE TABLE IF NOT EXISTS suppliers (
  id bigint AUTO_INCREMENT,
  name varchar(120) NOT NULL,
  name_key varchar(360) NOT NULL,
  email varchar(190) NOT NULL,
  email_key varchar(570),
  tax_id varchar(40) NOT NULL,
  lead_days bigint NOT NULL,
  credit_cents bigint NOT NULL,
  preferred boolean NOT NULL,
  buyer_id bigint,
  deleted_at datetime(6) NULL,
  version bigint NOT NULL,
  created_at datetime(6) NOT NULL,
  updated_at datetime(6) NOT NULL,
  PRIMARY KEY (id),
  INDEX suppliers_created_at (created_at, id),
  INDEX suppliers_name_key (name_key, id),
  INDEX suppliers_lead_days (lead_days, id),
  INDEX suppliers_preferred (preferred, created_at, id),
  INDEX suppliers_buyer_id (buyer_id, created_at, id),
  INDEX suppliers_deleted_at (deleted_at, id),
  UNIQUE INDEX email_key (email_key)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE suppliers;
