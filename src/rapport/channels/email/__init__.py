"""E-mail: mailboxes read by IMAP or SMTP, answered by SMTP."""
