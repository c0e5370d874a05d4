-- How far each endpoint has been told of the stream (`pos`: deliveries up to there are made), and
-- how it fares. While `paused_at` is set nothing is sent, but deliveries are still made.
CREATE TABLE webhook_state (
    endpoint_id bigint PRIMARY KEY REFERENCES configuration ON DELETE CASCADE,
    pos bigint NOT NULL,
    failures integer NOT NULL DEFAULT 0,
    failing_since timestamptz,
    hold_until timestamptz,
    paused_at timestamptz,
    pause_reason text,
    last_success_at timestamptz,
    last_failure_at timestamptz,
    last_reason text
);

-- What is told to whom. Deliveries of a lane (a conversation) go out in the order of the stream;
-- `body` never changes, nor does the id, so that a receiver can tell a repeat.
CREATE TABLE webhook_delivery (
    id bigint PRIMARY KEY,
    endpoint_id bigint NOT NULL REFERENCES configuration ON DELETE CASCADE,
    pos bigint NOT NULL,
    ord integer NOT NULL,
    lane bigint NOT NULL,
    conversation_id bigint,
    kind text NOT NULL,
    body text NOT NULL,
    state text NOT NULL DEFAULT 'pending',
    attempts smallint NOT NULL DEFAULT 0,
    replayed boolean NOT NULL DEFAULT false,
    due timestamptz,
    lease_until timestamptz,
    token bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    tried_at timestamptz,
    status smallint,
    reason text,
    answer text,
    ms integer
);
CREATE UNIQUE INDEX webhook_delivery_event ON webhook_delivery (endpoint_id, pos, ord)
    WHERE kind <> 'test';
CREATE INDEX webhook_delivery_lane ON webhook_delivery (endpoint_id, lane, pos, ord)
    WHERE state = 'pending';
CREATE INDEX webhook_delivery_due ON webhook_delivery (endpoint_id, pos, ord)
    WHERE state = 'pending';
CREATE INDEX webhook_delivery_log ON webhook_delivery (endpoint_id, id DESC);
CREATE INDEX webhook_delivery_old ON webhook_delivery (created_at);
CREATE INDEX webhook_delivery_conversation ON webhook_delivery (conversation_id)
    WHERE conversation_id IS NOT NULL;
