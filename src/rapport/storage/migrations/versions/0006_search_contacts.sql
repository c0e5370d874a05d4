-- Words of messages, for searching; written by a worker along the stream, not by whoever takes
-- messages in. A partition holds a week, so that the newest are searched first and quickly.
-- Besides words, `words` holds what is filtered by: ~c channel, ~q queue, ~g agent, ~f has files.
CREATE TABLE message_search (
    message_id bigint NOT NULL REFERENCES message ON DELETE CASCADE,
    conversation_id bigint NOT NULL,
    at timestamptz NOT NULL,
    words tsvector NOT NULL,
    PRIMARY KEY (message_id, at)
) PARTITION BY RANGE (at);
CREATE INDEX message_search_words ON message_search USING gin (words) WITH (fastupdate = off);
CREATE INDEX message_search_conversation ON message_search (conversation_id);

CREATE TABLE contact_search (
    contact_id bigint PRIMARY KEY REFERENCES contact ON DELETE CASCADE,
    version bigint NOT NULL,
    words tsvector NOT NULL
);
CREATE INDEX contact_search_words ON contact_search USING gin (words) WITH (fastupdate = off);

-- Up to which stream position words have been entered.
CREATE TABLE search_mark (only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one), pos bigint NOT NULL);
INSERT INTO search_mark (pos) VALUES (0);

-- A text that is changed or erased leaves no words behind, whoever changes it; the worker enters
-- the new ones.
CREATE FUNCTION forget_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM message_search WHERE message_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER message_words AFTER UPDATE OF text ON message
    FOR EACH ROW WHEN (OLD.text IS DISTINCT FROM NEW.text) EXECUTE FUNCTION forget_words();

CREATE INDEX leg_agent ON leg (agent_id, offered_at DESC);

ALTER TABLE contact ADD COLUMN attributes jsonb NOT NULL DEFAULT '{}';

CREATE TABLE contact_note (
    id bigint PRIMARY KEY,
    contact_id bigint NOT NULL REFERENCES contact ON DELETE CASCADE,
    author_id bigint NOT NULL,
    text text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX contact_note_contact ON contact_note (contact_id, id DESC);

-- Which contact was joined to which, and what each was before, so that it can be undone exactly.
CREATE TABLE contact_merge (
    id bigint PRIMARY KEY,
    into_id bigint NOT NULL REFERENCES contact ON DELETE CASCADE,
    from_id bigint NOT NULL REFERENCES contact ON DELETE CASCADE,
    by_id bigint NOT NULL,
    at timestamptz NOT NULL,
    moved jsonb NOT NULL,
    undone_at timestamptz
);
CREATE INDEX contact_merge_into ON contact_merge (into_id) WHERE undone_at IS NULL;
CREATE INDEX contact_merge_from ON contact_merge (from_id) WHERE undone_at IS NULL;
