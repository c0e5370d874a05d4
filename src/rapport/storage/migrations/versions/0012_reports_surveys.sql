-- Reports that people keep. `due_at` is the next moment at which one is to be sent.
CREATE TABLE saved_report (
    id bigint PRIMARY KEY,
    owner_id bigint NOT NULL REFERENCES configuration ON DELETE CASCADE,
    name text NOT NULL,
    shared boolean NOT NULL,
    spec jsonb NOT NULL,
    schedule jsonb,
    due_at timestamptz,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    once text,
    once_asked text,
    UNIQUE (owner_id, once)
);
CREATE INDEX saved_report_due ON saved_report (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX saved_report_owner ON saved_report (owner_id);

-- Each planned moment once. A lease that ran out without a word was an attempt of which nobody
-- knows whether the mail went: the next one is `doubled`, under the same Message-ID (of the id).
CREATE TABLE report_sending (
    id bigint PRIMARY KEY,
    report_id bigint NOT NULL REFERENCES saved_report ON DELETE CASCADE,
    planned_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'pending',
    attempts smallint NOT NULL DEFAULT 0,
    due timestamptz,
    lease_until timestamptz,
    token bigint NOT NULL DEFAULT 0,
    doubled boolean NOT NULL DEFAULT false,
    code text,
    reason text,
    refused jsonb NOT NULL DEFAULT '[]',
    finished_at timestamptz,
    once text,
    UNIQUE (report_id, planned_at),
    UNIQUE (report_id, once)
);
CREATE INDEX report_sending_due ON report_sending (due) WHERE due IS NOT NULL;

-- The question after a conversation's last task, until it is answered: what the next message may be
-- an answer to. Beside the conversation, so that taking a message in reads no further table.
ALTER TABLE conversation ADD COLUMN survey jsonb;

-- Every question that was asked, once per task, and its answer.
CREATE TABLE survey (
    task_id bigint PRIMARY KEY REFERENCES task,
    conversation_id bigint NOT NULL REFERENCES conversation,
    queue_id bigint NOT NULL,
    agent_id bigint,
    asked_at timestamptz NOT NULL,
    until timestamptz NOT NULL,
    rating smallint CHECK (rating BETWEEN 1 AND 5),
    comment text,
    answered_at timestamptz
);
CREATE INDEX survey_conversation ON survey (conversation_id);
