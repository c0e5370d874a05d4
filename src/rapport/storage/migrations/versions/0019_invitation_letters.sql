-- Invitations to be sent by e-mail; `due` is NULL once nothing more is tried. The link itself is
-- not here: the installation's key makes it anew from `nonce` in every attempt.
CREATE TABLE invitation_letter (
    token_hash bytea PRIMARY KEY REFERENCES invitation ON DELETE CASCADE,
    nonce text NOT NULL,
    account_id bigint NOT NULL,
    language text NOT NULL,
    base text NOT NULL,
    email text NOT NULL,
    state text NOT NULL DEFAULT 'pending',
    due timestamptz,
    lease_until timestamptz,
    attempts smallint NOT NULL DEFAULT 0,
    token bigint NOT NULL DEFAULT 0,
    code text,
    reason text
);
CREATE INDEX invitation_letter_due ON invitation_letter (due) WHERE due IS NOT NULL;
