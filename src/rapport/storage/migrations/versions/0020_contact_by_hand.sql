-- What messages tell of a customer does not change these.
ALTER TABLE contact ADD COLUMN by_hand text[] NOT NULL DEFAULT '{}';
