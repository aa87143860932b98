-- Schema version 4 of ledger.db: times and authors lie in an index of their own, so that the entries of a
-- period, and the clocks of the last ones, are found without reading the entries.

CREATE INDEX leaf_dated ON leaf (seq, made_at, author);
