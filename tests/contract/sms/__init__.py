"""The SMS channel against what Twilio and SMPP 3.4 say, and against a message centre."""
