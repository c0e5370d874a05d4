"""HTTP and sockets: checks who asks and what, runs a use case, words the answer. No rules here."""
