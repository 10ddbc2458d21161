-- +goose Up
CREATE TABLE IF NOT EXISTS boxes (
  id bigint AUTO_INCREMENT,
  name varchar(80) NOT NULL,
  name_key varchar(240) NOT NULL,
  parent_id bigint,
  deleted_at datetime(6) NULL,
  version bigint NOT NULL,
  created_at datetime(6) NOT NULL,
  updated_at datetime(6) NOT NULL,
  PRIMARY KEY (id),
  INDEX boxes_created_at (created_at, id),
  INDEX boxes_name_key (name_key, id),
  INDEX boxes_deleted_at (deleted_at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- +goose Down
DROP TABLE boxes;
