-- Links by which people give themselves a password. The token is stored as a hash only; used ones
-- stay, to show who invited whom.
CREATE TABLE invitation (
    token_hash bytea PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES configuration ON DELETE CASCADE,
    created_by bigint,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX invitation_by_user ON invitation (user_id, created_at DESC);

-- The changes of the configuration, newest first, among millions of other events.
CREATE INDEX event_configuration ON event (at DESC, commit_id DESC, ord DESC)
    WHERE kind = 'catalog.changed';
