-- Schema version 2 of ledger.db: what belongs to one entry lies in one row, so that appending it
-- touches few pages. `leaf` takes over `part`, `node` and `checkpoint`, and the cosignature of
-- whoever appended; the signature of the log's own line is no longer kept, because it is made
-- anew, and the same, from `log_seed` whenever a note is written.

ALTER TABLE leaf RENAME TO leaf_1;
ALTER TABLE cosignature RENAME TO cosignature_1;
DROP INDEX leaf_by_kind;
DROP INDEX leaf_by_author;

-- The log: one entry a row, in order. The columns from `envelope` to `personal`, and table `blob`,
-- hold what was signed and hashed; everything else but the cosignatures can be made again from them.
CREATE TABLE leaf (
  seq           INTEGER PRIMARY KEY NOT NULL,  -- index, from 0
  hash          BLOB NOT NULL UNIQUE,          -- RFC 6962 leaf hash of the envelope
  id            BLOB NOT NULL UNIQUE,          -- the statement's id
  author        BLOB NOT NULL,
  kind          TEXT NOT NULL,
  made_at       INTEGER NOT NULL,              -- seconds since 1970, by the author's clock
  envelope      BLOB NOT NULL,                 -- DSSE envelope, as signed
  facts_salt    BLOB NOT NULL,
  facts         BLOB NOT NULL,                 -- JSON, as hashed
  personal_salt BLOB,                          -- NULL where there is none, or no more
  personal      BLOB,
  nodes         BLOB NOT NULL,                 -- hashes of the complete subtrees that this leaf is
                                               -- the last of, above the leaf, the smallest first
  root          BLOB NOT NULL,                 -- the tree's root with this leaf
  appender      BLOB NOT NULL,                 -- the custodian who appended and cosigned it
  cosigned_at   INTEGER NOT NULL,              -- the time of that cosignature
  cosignature   BLOB NOT NULL,                 -- its Ed25519 signature
  cosigners     INTEGER NOT NULL               -- how many rows `cosignature` has for this entry
) STRICT;
CREATE INDEX leaf_by_kind ON leaf (kind, seq);

-- Further cosignature/v1 lines of the checkpoint that an entry ends.
CREATE TABLE cosignature (
  size      INTEGER NOT NULL,                  -- seq + 1
  custodian BLOB NOT NULL,
  time      INTEGER NOT NULL,
  sig       BLOB NOT NULL,
  PRIMARY KEY (size, custodian)
) STRICT, WITHOUT ROWID;

-- The hash of each shard of `state` (docs/formats.md, section 14).
CREATE TABLE shard (
  kind   TEXT NOT NULL,
  prefix TEXT NOT NULL,                        -- how the keys of its records begin
  hash   BLOB NOT NULL,
  PRIMARY KEY (kind, prefix)
) STRICT, WITHOUT ROWID;

INSERT INTO leaf
  SELECT l.seq, l.hash, l.id, l.author, l.kind, l.made_at, l.envelope,
         f.salt, f.bytes, p.salt, p.bytes,
         unhex((SELECT coalesce(group_concat(hex(n.hash), '' ORDER BY n.level), '')
                FROM node n WHERE (n.idx + 1) << n.level = l.seq + 1)),
         c.root, a.custodian, a.time, a.sig, c.cosigners - 1
  FROM leaf_1 l
  LEFT JOIN part f ON f.seq = l.seq AND f.part = 'facts'
  LEFT JOIN part p ON p.seq = l.seq AND p.part = 'personal'
  LEFT JOIN checkpoint c ON c.size = l.seq + 1
  LEFT JOIN cosignature_1 a ON a.size = l.seq + 1 AND a.custodian = l.author;

INSERT INTO cosignature
  SELECT c.size, c.custodian, c.time, c.sig
  FROM cosignature_1 c JOIN leaf_1 l ON c.size = l.seq + 1 AND c.custodian <> l.author;

-- `undo` now has the records of all kinds; it and `shard` are filled from the log.
DELETE FROM undo;

DROP TABLE checkpoint;
DROP TABLE cosignature_1;
DROP TABLE node;
DROP TABLE part;
DROP TABLE leaf_1;
