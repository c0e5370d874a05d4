-- A second factor of people who sign in: the secret sealed, recovery codes as hashes. Without
-- confirmed_at it is being set up. used_step: each code is good once.
CREATE TABLE second_factor (
    user_id bigint PRIMARY KEY REFERENCES configuration ON DELETE CASCADE,
    secret bytea NOT NULL,
    confirmed_at timestamptz,
    used_step bigint NOT NULL DEFAULT 0,
    recovery bytea[] NOT NULL DEFAULT '{}'
);
