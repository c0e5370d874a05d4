-- Texts of customers whose conversations, contacts and tasks are as the asker knows them, with their
-- events; their log position, and the transaction that their conversations are from now on written
-- by. Nothing (NULL) where something has changed meanwhile or one of them is stored already.
CREATE FUNCTION take_texts(
    -- What was read, and by which transactions it had been written.
    conversations bigint[], written xid[], contacts xid[], tasks xid[],
    last_seqs bigint[], inbound_seqs bigint[], at timestamptz,
    -- The messages, each with its event.
    ids bigint[], of_conversations bigint[], accounts bigint[], of_tasks bigint[], seqs bigint[],
    in_seqs bigint[], authors bigint[], texts text[], external_ids text[], client_ids text[],
    sent timestamptz[], queues bigint[], audiences text[], facts text[], entities text[],
    commit bigint,
    OUT pos bigint, OUT written_by xid) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM conversation WHERE id = ANY(conversations) ORDER BY id FOR NO KEY UPDATE;
    -- A statement of its own: what it sees is at least as new as the locks.
    IF (SELECT count(*) FROM unnest(conversations, written, contacts, tasks) k(id, c, p, t)
        JOIN conversation c ON c.id = k.id AND c.xmin = k.c
        JOIN contact p ON p.id = c.contact_id AND p.xmin = k.p
        LEFT JOIN task t ON t.id = c.task_id
        WHERE t.xmin IS NOT DISTINCT FROM k.t) < cardinality(conversations)
    OR EXISTS (SELECT FROM unnest(accounts, external_ids) x(account_id, external_id)
               JOIN message m ON m.account_id = x.account_id AND m.external_id = x.external_id)
    THEN
        RETURN;
    END IF;
    WITH c AS (
        UPDATE conversation c SET last_seq = n.last_seq, inbound_seq = n.inbound_seq,
            last_message_at = at, last_inbound_at = at
        FROM unnest(conversations, last_seqs, inbound_seqs) n(id, last_seq, inbound_seq)
        WHERE c.id = n.id),
    n AS (
        SELECT * FROM unnest(ids, of_conversations, accounts, of_tasks, seqs, in_seqs, authors,
            texts, external_ids, client_ids, sent, queues, audiences, facts, entities) WITH ORDINALITY
            n(id, conversation_id, account_id, task_id, seq, inbound_seq, author_id, text,
              external_id, client_id, sent_at, queue_id, audience, facts, entities, ord)),
    m AS (
        INSERT INTO message (id, conversation_id, account_id, task_id, seq, inbound_seq, direction,
            author_kind, author_id, text, customer_sees, external_id, client_id, created_at,
            sent_at)
        SELECT n.id, n.conversation_id, n.account_id, n.task_id, n.seq, n.inbound_seq, 'inbound',
            'customer', n.author_id, n.text, true, n.external_id, n.client_id, at, n.sent_at FROM n)
    INSERT INTO event (commit_id, ord, at, kind, conversation_id, task_id, queue_id, audience,
        customer, facts, entities)
    SELECT commit, n.ord - 1, at, 'message.received', n.conversation_id, n.task_id, n.queue_id,
        string_to_array(n.audience, ' '), true, n.facts::json, n.entities::json FROM n;
    pos := seal(commit);
    written_by := pg_current_xact_id()::xid;
END $$;
