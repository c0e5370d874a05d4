-- Whoever has read that far already needs not read again.
CREATE OR REPLACE FUNCTION seal(commit_id bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE position bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(42);
    SELECT coalesce(max(pos), 0) + 1 INTO position FROM stream_commit;
    INSERT INTO stream_commit VALUES (position, commit_id);
    PERFORM pg_notify('rapport_stream', position::text);
    RETURN position;
END $$;
