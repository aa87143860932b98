-- Schema version 3 of ledger.db: no other tables, but `state` has a record of every blob that an entry
-- has brought, which stays when the blob goes. `state`, `undo` and `shard` are filled from the log.

DELETE FROM undo;
