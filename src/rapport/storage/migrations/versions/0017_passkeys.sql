-- Passkeys of people who sign in: public keys, and for which host name they are good. A challenge
-- is good once: those used are kept until they are too old to count.
CREATE TABLE passkey (
    id bigint PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES configuration ON DELETE CASCADE,
    party_id text NOT NULL,
    credential_id bytea NOT NULL UNIQUE,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX passkey_of ON passkey (user_id);

CREATE TABLE passkey_challenge (
    hash bytea PRIMARY KEY,
    until timestamptz NOT NULL
);
