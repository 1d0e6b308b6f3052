-- The registry's tables as iCANDID's migrations make them in MySQL (libis/icandid_2, front-api).
CREATE TABLE datasets (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(100) NOT NULL,
  internalident VARCHAR(45) NOT NULL,
  description VARCHAR(255) NOT NULL,
  requestor VARCHAR(100) NOT NULL,
  requestoremail VARCHAR(200) NOT NULL,
  `from` DATE NOT NULL DEFAULT '2010-01-01',
  until DATE NOT NULL DEFAULT '2060-12-31',
  query VARCHAR(1000) NOT NULL,
  provider VARCHAR(45) NOT NULL,
  available TINYINT(1) NOT NULL DEFAULT 1,
  ismedia TINYINT(1) NOT NULL DEFAULT 0,
  recordcount BIGINT UNSIGNED NOT NULL DEFAULT 0,
  recordcountdate DATE NOT NULL DEFAULT '1976-05-18',
  license VARCHAR(255) NOT NULL,
  hidden TINYINT(1) NOT NULL DEFAULT 0,
  uuid VARCHAR(40) NOT NULL DEFAULT '',
  created_at TIMESTAMP NULL,
  updated_at TIMESTAMP NULL,
  KEY (provider), KEY (available), KEY (ismedia)
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;
CREATE TABLE languages (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name_nl VARCHAR(20) NOT NULL,
  name_en VARCHAR(20) NOT NULL,
  isocode VARCHAR(5) NOT NULL UNIQUE
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;
CREATE TABLE labels (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name_nl VARCHAR(45) NOT NULL,
  name_en VARCHAR(45) NOT NULL,
  description VARCHAR(255) NOT NULL
) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;
CREATE TABLE dataset_language (
  dataset_id BIGINT UNSIGNED NOT NULL,
  language_id BIGINT UNSIGNED NOT NULL,
  FOREIGN KEY (dataset_id) REFERENCES datasets (id),
  FOREIGN KEY (language_id) REFERENCES languages (id)
);
CREATE TABLE dataset_label (
  dataset_id BIGINT UNSIGNED NOT NULL,
  label_id BIGINT UNSIGNED NOT NULL,
  FOREIGN KEY (dataset_id) REFERENCES datasets (id),
  FOREIGN KEY (label_id) REFERENCES labels (id)
);
INSERT INTO languages (name_nl, name_en, isocode) VALUES ('Nederlands', 'Dutch', 'nl'), ('Frans', 'French', 'fr'), ('Duits', 'German', 'de');
INSERT INTO labels (name_nl, name_en, description) VALUES ('politiek', 'politics', '');
