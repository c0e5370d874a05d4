-- Conversations that agents start: such tasks never waited, and may follow up an earlier one.
ALTER TABLE task ADD COLUMN outbound boolean NOT NULL DEFAULT false;
ALTER TABLE task ADD COLUMN follow_up_of bigint;
