-- +goose Up
CREATE TABLE IF NOT EXISTS buyers (
  id bigint AUTO_INCREMENT,
  name varchar(120) NOT NULL,
  name_key varchar(360) NOT NULL,
  email varchar(190) NOT NULL,
  email_key varchar(570),
  deleted_at datetime(6) NULL,
  version bigint NOT NULL,
  created_at datetime(6) NOT NULL,
  updated_at datetime(6) NOT NULL,
  PRIMARY KEY (id),
  INDEX buyers_created_at (created_at, id),
  INDEX buyers_name_key (name_key, id),
  INDEX buyers_deleted_at (deleted_at, id),
  UNIQUE INDEX email_key (email_key)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE buyers;
