-- +goose Up
CREATE TABLE IF NOT EXISTS specimens (
  id bigint AUTO_INCREMENT,
  name varchar(80) NOT NULL,
  name_key varchar(240) NOT NULL,
  email varchar(190) NOT NULL,
  email_key varchar(570),
  size varchar(255) NOT NULL,
  code varchar(80) NOT NULL,
  pieces bigint NOT NULL,
  price_cents bigint NOT NULL,
  box_id bigint,
  spare_id bigint,
  fragile boolean NOT NULL,
  seen_at datetime(6) NULL,
  score bigint NOT NULL,
  many boolean GENERATED ALWAYS AS (pieces > 100) STORED,
  deleted_at datetime(6) NULL,
  version bigint NOT NULL,
  created_at datetime(6) NOT NULL,
  updated_at datetime(6) NOT NULL,
  PRIMARY KEY (id),
  INDEX specimens_created_at (created_at, id),
  INDEX specimens_name_key (name_key, id),
  INDEX specimens_size (size, created_at, id),
  INDEX specimens_pieces (pieces, created_at, id),
  INDEX specimens_pieces_order (pieces, id),
  INDEX specimens_price_cents (price_cents, id),
  INDEX specimens_box_id (box_id, created_at, id),
  INDEX specimens_fragile (fragile, created_at, id),
  INDEX specimens_many (many, created_at, id),
  INDEX specimens_deleted_at (deleted_at, id),
  UNIQUE INDEX email_key (email_key)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE specimens;
