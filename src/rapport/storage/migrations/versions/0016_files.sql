-- Files whose rows are gone, until they are gone themselves: the place may not answer at the moment.
CREATE TABLE file_removal (
    key text PRIMARY KEY,
    since timestamptz NOT NULL DEFAULT clock_timestamp()
);
