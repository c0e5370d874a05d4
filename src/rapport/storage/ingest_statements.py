"""The statements of ingest, in the order in which a batch runs them (MECHANISMS §1)."""

LOCK = """
SELECT c.account_id, c.contact_key
FROM unnest($1::bigint[], $2::text[]) k(account_id, contact_key)
JOIN conversation c ON c.account_id = k.account_id AND c.contact_key = k.contact_key
ORDER BY c.id FOR NO KEY UPDATE OF c"""
# A customer who is known by another key (a number, before they had an id of the business's scope)
# keeps their conversation under the new one.
RENAME = """
WITH renamed AS (
    UPDATE conversation c SET contact_key = n.key
    FROM unnest($1::bigint[], $2::text[], $3::text[]) n(account_id, key, alias)
    WHERE c.account_id = n.account_id AND c.contact_key = n.alias
      AND NOT EXISTS (SELECT FROM conversation o
                      WHERE o.account_id = n.account_id AND o.contact_key = n.key)
    RETURNING c.account_id, c.contact_key, c.contact_id)
INSERT INTO contact_identity (channel, scope, external_id, contact_id)
SELECT k.channel, r.account_id::text, r.contact_key, r.contact_id FROM renamed r
JOIN unnest($4::bigint[], $5::text[]) k(account_id, channel) ON k.account_id = r.account_id
ON CONFLICT DO NOTHING"""
# New customers at one stroke. Who is known already, or is being made by another node at this
# moment, is not among those returned; for them the statements below look at what there is.
NEW_CUSTOMERS = """
WITH n AS (
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[],
        $6::text[], $7::text[], $8::text[], $9::text[], $10::text[]) n(contact_id,
        conversation_id, account_id, contact_key, channel, scope, identity, name, email, phone)),
i AS (
    INSERT INTO contact_identity (channel, scope, external_id, contact_id)
    SELECT channel, scope, identity, contact_id FROM n ORDER BY channel, scope, identity
    ON CONFLICT DO NOTHING RETURNING contact_id),
p AS (
    INSERT INTO contact (id, name, email, phone)
    SELECT n.contact_id, n.name, n.email, n.phone FROM i JOIN n ON n.contact_id = i.contact_id),
c AS (
    INSERT INTO conversation (id, account_id, contact_key, contact_id, created_at, opted_out_at)
    SELECT n.conversation_id, n.account_id, n.contact_key, n.contact_id, $11,
        (SELECT at FROM opt_out o
         WHERE o.account_id = n.account_id AND o.contact_key = n.contact_key)
    FROM i JOIN n ON n.contact_id = i.contact_id
    ORDER BY n.account_id, n.contact_key ON CONFLICT DO NOTHING)
SELECT contact_id FROM i"""
NEW_CONTACTS = """
INSERT INTO contact (id, name, email, phone)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[])"""
NEW_IDENTITIES = """
INSERT INTO contact_identity (channel, scope, external_id, contact_id)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) ON CONFLICT DO NOTHING"""
NEW_CONVERSATIONS = """
INSERT INTO conversation (id, account_id, contact_key, contact_id, created_at, opted_out_at)
SELECT n.id, n.account_id, n.contact_key, i.contact_id, $5,
    (SELECT at FROM opt_out o WHERE o.account_id = n.account_id AND o.contact_key = n.contact_key)
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $6::text[], $7::text[])
     n(id, account_id, contact_key, channel, scope, identity)
JOIN contact_identity i ON i.channel = n.channel AND i.scope = n.scope
                       AND i.external_id = n.identity
ORDER BY n.account_id, n.contact_key ON CONFLICT DO NOTHING"""
HOLD_CONTACTS = """
SELECT id, version FROM contact WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE"""
DROP_ORPHANS = """
DELETE FROM contact c WHERE c.id = ANY($1::bigint[])
AND NOT EXISTS (SELECT FROM contact_identity i WHERE i.contact_id = c.id)"""
# A second statement on purpose: joined into the lock it would mix two moments, because only the
# locked row is read again after waiting.
# External ids that are known already come along as one value, nearly always NULL.
THREADS = """
SELECT c AS conversation, p.version, p.name, p.email, p.phone, p.by_hand, t AS task,
    array(SELECT l FROM leg l WHERE l.task_id = t.id AND t.state <> 'ended' ORDER BY l.id) AS legs,
    ARRAY[c.xmin, p.xmin, t.xmin] AS marks,
    (SELECT json_agg(json_build_array(m.account_id, m.external_id, m.seq))
     FROM unnest($3::bigint[], $4::text[]) x(account_id, external_id)
     JOIN message m ON m.account_id = x.account_id AND m.external_id = x.external_id) AS known
FROM unnest($1::bigint[], $2::text[]) k(account_id, contact_key)
JOIN conversation c ON c.account_id = k.account_id AND c.contact_key = k.contact_key
JOIN contact p ON p.id = c.contact_id LEFT JOIN task t ON t.id = c.task_id"""
# What messages of the batch answer or change; messages are the last class of locks.
REFERRED = """
SELECT m.*, x.external_id AS referred_as
FROM unnest($1::bigint[], $2::text[]) x(account_id, external_id)
JOIN LATERAL (
    SELECT id FROM message m WHERE m.account_id = x.account_id AND m.external_id = x.external_id
    UNION
    SELECT message_id FROM message_part p
    WHERE p.account_id = x.account_id AND p.external_id = x.external_id) f ON true
JOIN message m ON m.id = f.id ORDER BY m.id FOR NO KEY UPDATE OF m"""
OPT_OUTS = """
INSERT INTO opt_out SELECT * FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::text[])
ON CONFLICT (account_id, contact_key) DO UPDATE SET at = excluded.at, word = excluded.word"""
OPT_INS = """
DELETE FROM opt_out o USING unnest($1::bigint[], $2::text[]) n(account_id, contact_key)
WHERE o.account_id = n.account_id AND o.contact_key = n.contact_key"""
MEDIA = """
INSERT INTO media_job (attachment_id, message_id, account_id, media, due, created_at)
SELECT *, clock_timestamp(), $5
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::jsonb[])"""
# The hot path: conversations, messages and their events in one statement, by arrays.
SAVE = """
WITH c AS (
    UPDATE conversation c SET last_seq = n.last_seq, inbound_seq = n.inbound_seq,
        task_id = n.task_id, customer_away_since = n.away, last_message_at = n.at,
        last_inbound_at = n.inbound_at, opted_out_at = n.opted_out_at,
        survey = CASE WHEN n.surveyed THEN c.survey END
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[],
                $6::timestamptz[], $37::timestamptz[], $38::timestamptz[], $40::bool[])
                n(id, last_seq, inbound_seq, task_id, away, at, inbound_at, opted_out_at, surveyed)
    WHERE c.id = n.id),
m AS (
    INSERT INTO message (id, conversation_id, account_id, task_id, seq, inbound_seq, direction,
        author_kind, author_id, text, attachments, announcement, customer_sees, client_id,
        external_id, status, created_at, sent_at, content)
    SELECT n.id, n.conversation_id, n.account_id, n.task_id, n.seq, n.inbound_seq, n.direction,
        n.author_kind, n.author_id, n.text, n.attachments::jsonb, n.announcement::jsonb,
        n.customer_sees, n.client_id, n.external_id, n.status, n.created_at, n.sent_at,
        n.content::jsonb
    FROM unnest($7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[],
        $12::bigint[], $13::text[], $14::text[], $15::bigint[], $16::text[], $17::text[],
        $18::text[], $19::bool[], $20::text[], $21::text[], $22::text[], $23::timestamptz[],
        $24::timestamptz[], $39::text[])
        n(id, conversation_id, account_id, task_id, seq, inbound_seq, direction, author_kind,
        author_id, text, attachments, announcement, customer_sees, client_id, external_id, status,
        created_at, sent_at, content))
INSERT INTO event (commit_id, ord, at, kind, conversation_id, task_id, agent_id, queue_id,
    audience, customer, facts, entities)
SELECT $25, n.ord, n.at, n.kind, n.conversation_id, n.task_id, n.agent_id, n.queue_id,
    string_to_array(n.audience, ' '), n.customer, n.facts::json, n.entities::json
FROM unnest($26::int[], $27::timestamptz[], $28::text[], $29::bigint[], $30::bigint[],
    $31::bigint[], $32::bigint[], $33::text[], $34::bool[], $35::text[], $36::text[])
    n(ord, at, kind, conversation_id, task_id, agent_id, queue_id, audience, customer, facts,
      entities)"""
RATE = """
UPDATE survey s SET rating = n.rating, comment = n.comment, answered_at = n.at
FROM unnest($1::bigint[], $2::smallint[], $3::text[], $4::timestamptz[])
    n(task_id, rating, comment, at)
WHERE s.task_id = n.task_id AND s.rating IS NULL"""
# The hottest path of all: nothing but texts of known customers, in one round trip.
TAKE_TEXTS = """
SELECT pos, written_by FROM take_texts($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
    $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)"""
