-- Files that an agent attaches to a first message: there is no conversation yet, only who has
-- uploaded them. They get the conversation in the commit that starts it.
ALTER TABLE attachment ALTER COLUMN conversation_id DROP NOT NULL;
ALTER TABLE attachment ADD COLUMN uploaded_by bigint;
ALTER TABLE attachment ADD CONSTRAINT attachment_belongs
    CHECK (conversation_id IS NOT NULL OR uploaded_by IS NOT NULL);
CREATE INDEX attachment_waiting ON attachment (created_at) WHERE conversation_id IS NULL;

-- A thumbnail is made when the file has come; files from before get theirs when they are first seen.
ALTER TABLE attachment ADD COLUMN thumbnail_due timestamptz;
ALTER TABLE attachment ALTER COLUMN thumbnail_due SET DEFAULT clock_timestamp();
ALTER TABLE attachment ADD COLUMN thumbnail_tries smallint NOT NULL DEFAULT 0;
CREATE INDEX attachment_thumbnail_due ON attachment (thumbnail_due) WHERE thumbnail_due IS NOT NULL;
