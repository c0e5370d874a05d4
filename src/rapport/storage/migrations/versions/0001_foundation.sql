-- One row: this installation. The stream epoch changes when a backup is restored.
CREATE TABLE installation (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    stream_epoch text NOT NULL,
    config_version bigint NOT NULL DEFAULT 1
);
INSERT INTO installation (stream_epoch) VALUES (substr(md5(random()::text), 1, 8));

-- Ids come in blocks of 1,000, so that one round trip names a batch of rows.
CREATE SEQUENCE id_block START 1;

-- Everything administrators set. One shape for every kind: name, validated spec, version.
CREATE TABLE configuration (
    id bigint PRIMARY KEY,
    kind text NOT NULL,
    name text NOT NULL,
    spec jsonb NOT NULL,
    secrets bytea,
    version bigint NOT NULL DEFAULT 1,
    UNIQUE (kind, name)
);

CREATE TABLE credential (
    user_id bigint PRIMARY KEY REFERENCES configuration ON DELETE CASCADE,
    password_hash text NOT NULL
);

CREATE TABLE session (
    token_hash bytea PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES configuration ON DELETE CASCADE,
    csrf_token text NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL
);
CREATE INDEX session_by_user ON session (user_id);

CREATE TABLE sign_in_attempt (
    key text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX sign_in_attempt_key ON sign_in_attempt (key, at);

CREATE TABLE preference (
    user_id bigint PRIMARY KEY REFERENCES configuration ON DELETE CASCADE,
    data jsonb NOT NULL
);

-- Capacity arrays are ordered chat, email, social.
CREATE TABLE agent (
    id bigint PRIMARY KEY REFERENCES configuration,
    version bigint NOT NULL,
    status text NOT NULL,
    idle_code_id bigint,
    status_since timestamptz NOT NULL,
    pending_status text,
    pending_idle_code_id bigint,
    rona_kinds text[] NOT NULL DEFAULT '{}',
    mode text NOT NULL,
    used smallint[] NOT NULL,
    capacity smallint[] NOT NULL,
    ready_since timestamptz NOT NULL,
    seen_at timestamptz,
    CONSTRAINT load_not_negative CHECK (0 <= ALL (used))
);
CREATE INDEX agent_waiting ON agent (ready_since) WHERE status = 'available';
CREATE INDEX agent_seen ON agent (seen_at) WHERE status <> 'offline';

CREATE TABLE contact (
    id bigint PRIMARY KEY,
    version bigint NOT NULL DEFAULT 1,
    name text,
    email text,
    phone text,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE contact_identity (
    channel text NOT NULL,
    scope text NOT NULL,
    external_id text NOT NULL,
    contact_id bigint NOT NULL REFERENCES contact,
    PRIMARY KEY (channel, scope, external_id)
);
CREATE INDEX contact_identity_contact ON contact_identity (contact_id);

CREATE TABLE conversation (
    id bigint PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES configuration,
    contact_key text NOT NULL,
    contact_id bigint NOT NULL REFERENCES contact,
    last_seq bigint NOT NULL DEFAULT 0,
    inbound_seq bigint NOT NULL DEFAULT 0,
    task_id bigint,
    last_agent_id bigint,
    customer_seen_seq bigint NOT NULL DEFAULT 0,
    customer_away_since timestamptz,
    created_at timestamptz NOT NULL,
    last_message_at timestamptz,
    last_inbound_at timestamptz,
    opted_out_at timestamptz,
    UNIQUE (account_id, contact_key)
);
-- Without the time, so that a message updates the row in place (HOT).
CREATE INDEX conversation_contact ON conversation (contact_id);
CREATE INDEX conversation_away ON conversation (customer_away_since)
    WHERE customer_away_since IS NOT NULL;

CREATE TABLE task (
    id bigint PRIMARY KEY,
    version bigint NOT NULL,
    epoch bigint NOT NULL,
    state text NOT NULL,
    end_reason text,
    conversation_id bigint NOT NULL REFERENCES conversation,
    contact_id bigint NOT NULL,
    account_id bigint NOT NULL,
    channel text NOT NULL,
    kind text NOT NULL,
    queue_id bigint NOT NULL REFERENCES configuration,
    priority smallint NOT NULL,
    arrived_at timestamptz NOT NULL,
    queued_at timestamptz NOT NULL,
    waiting_since timestamptz NOT NULL,
    overflowed_from bigint[] NOT NULL DEFAULT '{}',
    accepted_at timestamptz,
    ended_at timestamptz,
    customer_left_at timestamptz,
    customer_opted_out_at timestamptz,
    parked_until timestamptz,
    due_at timestamptz,
    due_for text,
    stage smallint NOT NULL DEFAULT 0,
    silence_stage smallint NOT NULL DEFAULT 0,
    preferred_agent_id bigint,
    skills jsonb NOT NULL DEFAULT '[]',
    variables jsonb NOT NULL DEFAULT '{}',
    -- Tasks that the same agents can serve share a bucket; within it rank_at orders them.
    bucket text NOT NULL,
    rank_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX task_open_per_conversation ON task (conversation_id) WHERE state <> 'ended';
CREATE INDEX task_conversation ON task (conversation_id, id);
CREATE INDEX task_waiting ON task (bucket, rank_at, id) WHERE state = 'queued';
CREATE INDEX task_waiting_queue ON task (queue_id, rank_at, id) WHERE state = 'queued';
CREATE INDEX task_due ON task (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE leg (
    id bigint PRIMARY KEY,
    task_id bigint NOT NULL REFERENCES task,
    agent_id bigint NOT NULL REFERENCES agent,
    queue_id bigint NOT NULL REFERENCES configuration,
    role text NOT NULL,
    origin text NOT NULL,
    state text NOT NULL,
    outcome text,
    offered_at timestamptz NOT NULL,
    accepted_at timestamptz,
    wrap_up_at timestamptz,
    closed_at timestamptz,
    due_at timestamptz,
    reason_ids bigint[] NOT NULL DEFAULT '{}',
    parked boolean NOT NULL DEFAULT false,
    read_seq bigint NOT NULL DEFAULT 0,
    read_inbound_seq bigint NOT NULL DEFAULT 0,
    left_seq bigint
);
CREATE INDEX leg_task ON leg (task_id, id);
CREATE INDEX leg_open ON leg (agent_id, task_id) WHERE state <> 'closed';
CREATE INDEX leg_due ON leg (due_at) WHERE due_at IS NOT NULL;
CREATE UNIQUE INDEX leg_one_owner ON leg (task_id)
    WHERE role = 'owner' AND state IN ('offered', 'active');

CREATE TABLE message (
    id bigint PRIMARY KEY,
    version bigint NOT NULL DEFAULT 1,
    conversation_id bigint NOT NULL REFERENCES conversation,
    account_id bigint NOT NULL,
    task_id bigint,
    seq bigint NOT NULL,
    inbound_seq bigint NOT NULL,
    direction text NOT NULL,
    author_kind text NOT NULL,
    author_id bigint,
    text text NOT NULL,
    attachments jsonb,
    announcement jsonb,
    content jsonb,
    purpose text,
    customer_sees boolean NOT NULL,
    client_id text,
    external_id text,
    status text,
    error_code text,
    error_message text,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    delivered_at timestamptz,
    read_at timestamptz
);
CREATE UNIQUE INDEX message_seq ON message (conversation_id, seq);
CREATE UNIQUE INDEX message_client ON message (conversation_id, client_id)
    WHERE client_id IS NOT NULL;
CREATE UNIQUE INDEX message_external ON message (account_id, external_id)
    WHERE external_id IS NOT NULL;

-- What the provider calls the parts of a message that went out as several; `number` from 0.
CREATE TABLE message_part (
    message_id bigint NOT NULL REFERENCES message,
    number smallint NOT NULL,
    account_id bigint NOT NULL,
    external_id text,
    status text NOT NULL,
    PRIMARY KEY (message_id, number)
);
CREATE UNIQUE INDEX message_part_external ON message_part (account_id, external_id)
    WHERE external_id IS NOT NULL;

-- Segments of a long message that the network cut up, until all are here.
CREATE TABLE message_segment (
    account_id bigint NOT NULL,
    contact_key text NOT NULL,
    reference text NOT NULL,
    number smallint NOT NULL,
    total smallint NOT NULL,
    external_id text NOT NULL,
    text text NOT NULL,
    octets text,
    at timestamptz NOT NULL,
    PRIMARY KEY (account_id, contact_key, reference, number)
);
CREATE INDEX message_segment_at ON message_segment (at);

-- Who has said STOP, whether or not there is a conversation.
CREATE TABLE opt_out (
    account_id bigint NOT NULL,
    contact_key text NOT NULL,
    at timestamptz NOT NULL,
    word text,
    PRIMARY KEY (account_id, contact_key)
);

-- Customers' files that are still at the provider.
CREATE TABLE media_job (
    attachment_id bigint PRIMARY KEY,
    message_id bigint NOT NULL,
    account_id bigint NOT NULL,
    media jsonb NOT NULL,
    due timestamptz NOT NULL,
    lease_until timestamptz,
    attempts smallint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL
);
CREATE INDEX media_job_due ON media_job (due);

-- What was asked of providers and what they said, redacted and encrypted; pruned by age.
CREATE TABLE channel_log (
    id bigint PRIMARY KEY,
    account_id bigint NOT NULL,
    message_id bigint,
    at timestamptz NOT NULL,
    entry bytea NOT NULL
);
CREATE INDEX channel_log_message ON channel_log (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX channel_log_at ON channel_log USING brin (at);

-- How each account fares: when it was last heard, what went wrong last, what the probe said.
CREATE TABLE account_health (
    account_id bigint PRIMARY KEY,
    state text NOT NULL DEFAULT 'unknown',
    code text,
    message text,
    changed_at timestamptz NOT NULL,
    last_inbound_at timestamptz,
    last_sent_at timestamptz,
    last_error_at timestamptz,
    last_error_code text,
    last_error_message text,
    refused_count bigint NOT NULL DEFAULT 0,
    probed_at timestamptz,
    facts jsonb
);

-- Message forms that the provider has approved, as last read from it.
CREATE TABLE approved_template (
    account_id bigint NOT NULL,
    name text NOT NULL,
    language text NOT NULL,
    category text NOT NULL,
    status text NOT NULL,
    spec jsonb NOT NULL,
    synced_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, name, language)
);

CREATE TABLE attachment (
    id bigint PRIMARY KEY,
    conversation_id bigint NOT NULL REFERENCES conversation,
    filename text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL,
    storage_key text NOT NULL,
    by_customer boolean NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX attachment_conversation ON attachment (conversation_id);

-- What an agent has typed; an e-mail has one draft per mode (M2), with its fields.
CREATE TABLE draft (
    user_id bigint NOT NULL,
    conversation_id bigint NOT NULL REFERENCES conversation,
    mode text NOT NULL DEFAULT '',
    text text NOT NULL,
    fields jsonb NOT NULL DEFAULT '{}',
    version bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, conversation_id, mode)
);

-- Mails by their Message-ID, ours and theirs, for finding the thread that a mail belongs to (M9).
-- `raw_key` finds the encrypted source in the file store.
CREATE TABLE mail (
    id bigint PRIMARY KEY,
    account_id bigint NOT NULL,
    conversation_id bigint NOT NULL REFERENCES conversation,
    message_id bigint,
    rfc_id text NOT NULL,
    sender text NOT NULL,
    ours boolean NOT NULL,
    raw_key text,
    at timestamptz NOT NULL,
    UNIQUE (account_id, rfc_id, sender)
);
CREATE INDEX mail_message ON mail (message_id);
CREATE INDEX mail_conversation ON mail (conversation_id);
CREATE INDEX mail_sender ON mail (account_id, sender, at);

CREATE TABLE mail_participant (
    conversation_id bigint NOT NULL REFERENCES conversation,
    address text NOT NULL,
    PRIMARY KEY (conversation_id, address)
);

-- How far each mailbox has been read.
CREATE TABLE mailbox_mark (
    account_id bigint NOT NULL,
    folder text NOT NULL,
    uidvalidity bigint NOT NULL,
    uid bigint NOT NULL,
    PRIMARY KEY (account_id, folder)
);

-- The append-only log of everything, and the live stream. A commit's events become visible
-- together, at the position that seal() gives the commit.
CREATE TABLE event (
    commit_id bigint NOT NULL,
    ord integer NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    conversation_id bigint,
    task_id bigint,
    agent_id bigint,
    queue_id bigint,
    audience text[] NOT NULL,
    customer boolean NOT NULL,
    facts json,
    entities json,
    PRIMARY KEY (commit_id, ord)
);
CREATE INDEX event_task ON event (task_id, at)
    WHERE task_id IS NOT NULL AND kind NOT LIKE 'message.%';
CREATE INDEX event_at ON event USING brin (at);

CREATE TABLE stream_commit (
    pos bigint PRIMARY KEY,
    commit_id bigint NOT NULL
);

CREATE FUNCTION seal(commit_id bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE position bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(42);
    SELECT coalesce(max(pos), 0) + 1 INTO position FROM stream_commit;
    INSERT INTO stream_commit VALUES (position, commit_id);
    PERFORM pg_notify('rapport_stream', '');
    RETURN position;
END $$;

-- Answers to commands by idempotency key, so that sending twice is doing once.
CREATE TABLE command_result (
    user_id bigint NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    status smallint NOT NULL,
    answer json NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX command_result_at ON command_result (at);

-- Raw input that could not be taken in, kept with its reason until it can.
CREATE TABLE parked_input (
    id bigint PRIMARY KEY,
    account_id bigint NOT NULL,
    at timestamptz NOT NULL,
    reason text NOT NULL,
    raw bytea NOT NULL
);

-- The outbox: one lane per conversation keeps order, an account's rate row keeps its pace.
CREATE TABLE outbox_rate (
    account_id bigint PRIMARY KEY,
    per_second double precision NOT NULL,
    next_slot timestamptz NOT NULL,
    paused_until timestamptz,
    broken_reason text
);
CREATE TABLE outbox_lane (
    id bigint PRIMARY KEY,
    account_id bigint NOT NULL,
    due timestamptz,
    lease_until timestamptz,
    token bigint NOT NULL DEFAULT 0,
    last_job_id bigint NOT NULL
);
CREATE INDEX outbox_lane_due ON outbox_lane (account_id, due, id) WHERE due IS NOT NULL;
CREATE TABLE outbox_job (
    id bigint PRIMARY KEY,
    lane_id bigint NOT NULL REFERENCES outbox_lane,
    message_id bigint NOT NULL,
    attempts smallint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL
);
CREATE INDEX outbox_job_lane ON outbox_job (lane_id, id);
CREATE TABLE outbox_dead (
    job_id bigint PRIMARY KEY,
    account_id bigint NOT NULL,
    message_id bigint NOT NULL,
    at timestamptz NOT NULL,
    reason text NOT NULL
);
-- Receipts that came before the provider's answer told us the message's id.
CREATE TABLE early_receipt (
    account_id bigint NOT NULL,
    external_id text NOT NULL,
    status text NOT NULL,
    at timestamptz NOT NULL,
    error_code text,
    error_message text,
    kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (account_id, external_id, status)
);

-- The agent whom each queue asked last, for circular queues.
CREATE TABLE queue_cursor (
    queue_id bigint PRIMARY KEY,
    agent_id bigint NOT NULL
);
