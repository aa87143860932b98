-- Schema version 1 of ledger.db (docs/formats.md, section 12).
-- `leaf.envelope`, `part` and `blob` hold what was signed and hashed; every other table and column
-- can be made again from them, and `rootkeep verify --rebuild` does so and compares.

-- One row for each fact about the ledger as a whole.
--   ledger    32 bytes   the ledger's id
--   log_seed  32 bytes   seed of the key behind the checkpoint's 0x01 line; authenticates nothing
CREATE TABLE meta (
  name  TEXT PRIMARY KEY NOT NULL,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The log: one signed header a row, in order.
CREATE TABLE leaf (
  seq      INTEGER PRIMARY KEY NOT NULL,  -- index, from 0
  hash     BLOB NOT NULL UNIQUE,          -- RFC 6962 leaf hash of the envelope
  id       BLOB NOT NULL UNIQUE,          -- the statement's id
  author   BLOB NOT NULL,
  kind     TEXT NOT NULL,
  made_at  INTEGER NOT NULL,              -- seconds since 1970, by the author's clock
  envelope BLOB NOT NULL                  -- DSSE envelope, as signed
) STRICT;
CREATE INDEX leaf_by_kind ON leaf (kind, seq);
CREATE INDEX leaf_by_author ON leaf (author, seq);

-- The parts that headers commit to.
CREATE TABLE part (
  seq   INTEGER NOT NULL,
  part  TEXT NOT NULL,                    -- 'facts' or 'personal'
  salt  BLOB NOT NULL,
  bytes BLOB NOT NULL,                    -- JSON, as hashed
  PRIMARY KEY (seq, part)
) STRICT, WITHOUT ROWID;

-- Bytes that parts refer to by SHA-256: ciphertexts, attached files.
CREATE TABLE blob (
  digest BLOB PRIMARY KEY NOT NULL,
  bytes  BLOB NOT NULL
) STRICT;

-- Hashes of complete subtrees above the leaves.
CREATE TABLE node (
  level INTEGER NOT NULL,                 -- 1 and up: 2^level leaves
  idx   INTEGER NOT NULL,
  hash  BLOB NOT NULL,
  PRIMARY KEY (level, idx)
) STRICT, WITHOUT ROWID;

-- One checkpoint for each size of the log.
CREATE TABLE checkpoint (
  size      INTEGER PRIMARY KEY NOT NULL,
  root      BLOB NOT NULL,
  log_sig   BLOB NOT NULL,                -- signature of the 0x01 line, without its key id
  cosigners INTEGER NOT NULL              -- how many rows `cosignature` has for this size
) STRICT;

-- Custodians' cosignature/v1 lines.
CREATE TABLE cosignature (
  size      INTEGER NOT NULL,
  custodian BLOB NOT NULL,
  time      INTEGER NOT NULL,
  sig       BLOB NOT NULL,
  PRIMARY KEY (size, custodian)
) STRICT, WITHOUT ROWID;

-- What the log adds up to: records by table and key, each a JSON object.
CREATE TABLE state (
  kind  TEXT NOT NULL,
  key   TEXT NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;

-- What the trust records were before each leaf that changed them, so that a pin's digest can be
-- checked against the state at the pin.
CREATE TABLE undo (
  seq  INTEGER NOT NULL,
  kind TEXT NOT NULL,
  key  TEXT NOT NULL,
  old  BLOB,                              -- NULL where there was no record
  PRIMARY KEY (seq, kind, key)
) STRICT, WITHOUT ROWID;
