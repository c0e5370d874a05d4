-- When an agent first wrote to the customer: what "first response" measures.
ALTER TABLE task ADD COLUMN answered_at timestamptz;

-- The log added up as far as `report_mark` says, in three grains: `quarter` (of an hour, without
-- agents), `hour` and `day` (in the zone of the mark, with agents). Made again from the log at any
-- time. 0 stands for "of nobody" and "of no queue", so that a row has one key.
CREATE TABLE report_slice (
    grain text NOT NULL,
    slot timestamptz NOT NULL,
    metric text NOT NULL,
    channel text NOT NULL,
    queue_id bigint NOT NULL,
    agent_id bigint NOT NULL,
    reason_id bigint NOT NULL,
    count bigint NOT NULL,
    ms bigint NOT NULL,
    PRIMARY KEY (grain, slot, metric, channel, queue_id, agent_id, reason_id)
);
CREATE TABLE report_mark (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    pos bigint NOT NULL,
    zone text NOT NULL
);
INSERT INTO report_mark (pos, zone) VALUES (0, 'UTC');
