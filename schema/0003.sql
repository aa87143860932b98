-- Schema version 3 of ledger.db: no other tables, but `state` has a record of every blob that an entry
-- has brought, which stays when the blob goes. `state`, `undo` and `shard` are filled from the log.

DELETE FROM undo;

-- The times lie beside the kinds, so that the entries of a period are found without reading the entries.
DROP INDEX leaf_by_kind;
CREATE INDEX leaf_by_kind ON leaf (kind, seq, made_at);
