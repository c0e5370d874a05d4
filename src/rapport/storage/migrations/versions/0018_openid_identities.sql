-- Who people are at an identity provider: known by its name for them from their first sign-in on
-- (OpenID Connect Core, 5.7: only issuer and subject together name somebody for ever).
CREATE TABLE openid_identity (
    issuer text NOT NULL,
    subject text NOT NULL,
    user_id bigint NOT NULL REFERENCES configuration ON DELETE CASCADE,
    bound_at timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject),
    UNIQUE (user_id, issuer)
);
