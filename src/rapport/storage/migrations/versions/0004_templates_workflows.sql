-- Files that go with a template; a conversation that loads it refers to the same bytes.
CREATE TABLE template_file (
    id bigint PRIMARY KEY,
    template_id bigint NOT NULL REFERENCES configuration ON DELETE CASCADE,
    filename text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL,
    storage_key text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX template_file_template ON template_file (template_id);

-- Workflows that were started (C2). `request` is what will be, or was, asked, without secrets;
-- `key` is the Idempotency-Key of every attempt. A worker holds a run by its lease.
CREATE TABLE workflow_run (
    id bigint PRIMARY KEY,
    workflow_id bigint NOT NULL,
    name text NOT NULL,
    conversation_id bigint NOT NULL REFERENCES conversation,
    task_id bigint NOT NULL REFERENCES task,
    agent_id bigint,
    state text NOT NULL,
    key text NOT NULL,
    request jsonb NOT NULL,
    inputs jsonb NOT NULL,
    attempts smallint NOT NULL DEFAULT 0,
    due timestamptz,
    lease_until timestamptz,
    token bigint NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    reason_code text,
    reason text,
    text text
);
CREATE INDEX workflow_run_due ON workflow_run (due) WHERE due IS NOT NULL;
CREATE INDEX workflow_run_task ON workflow_run (task_id, id);
