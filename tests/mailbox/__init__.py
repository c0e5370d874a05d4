"""A mailbox of mixed mails with a ground truth, and its import through the real parts."""
