-- Transcripts that visitors asked for; `due` is NULL once nothing more is tried.
CREATE TABLE transcript (
    id bigint PRIMARY KEY,
    conversation_id bigint NOT NULL REFERENCES conversation ON DELETE CASCADE,
    client_id text NOT NULL,
    site_id bigint NOT NULL,
    email text NOT NULL,
    upto_seq bigint NOT NULL,
    asked_at timestamptz NOT NULL,
    due timestamptz,
    lease_until timestamptz,
    attempts smallint NOT NULL DEFAULT 0,
    token bigint NOT NULL DEFAULT 0,
    outcome text,
    UNIQUE (conversation_id, client_id)
);
CREATE INDEX transcript_due ON transcript (due) WHERE due IS NOT NULL;
