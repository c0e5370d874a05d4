-- Files whose rows are gone, until they are gone themselves: the place may not answer at the moment.
CREATE TABLE file_removal (
    key text PRIMARY KEY,
    since timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- An upload that came while the virus scanner was away: nobody opens it until the scanner has passed
-- it, which is tried at `held_due`. Of one that it refuses only the reason stays.
ALTER TABLE attachment ADD COLUMN held_due timestamptz;
ALTER TABLE attachment ADD COLUMN refusal_code text;
ALTER TABLE attachment ADD COLUMN refusal_message text;
ALTER TABLE attachment ALTER COLUMN storage_key DROP NOT NULL;
CREATE INDEX attachment_held ON attachment (held_due) WHERE held_due IS NOT NULL;
