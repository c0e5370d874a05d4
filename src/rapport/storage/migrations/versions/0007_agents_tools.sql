-- An agent's own parts by when they were over, so that the last day of many years is read alone.
CREATE INDEX leg_handled ON leg (agent_id, (coalesce(wrap_up_at, closed_at)) DESC, id DESC)
    WHERE accepted_at IS NOT NULL;

-- Who set a variable: workflow:<id> or agent:<id>; those that are not named came with the contact.
ALTER TABLE task ADD COLUMN variable_sources jsonb NOT NULL DEFAULT '{}';
