"""SMS: Twilio-compatible HTTP, or SMPP 3.4 to a message centre; the account's settings choose."""
