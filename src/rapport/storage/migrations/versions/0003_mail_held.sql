-- A mail that can still be taken back waits until then, and so does what stands behind it.
ALTER TABLE outbox_job ADD COLUMN not_before timestamptz;
