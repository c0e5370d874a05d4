"""The rules of each verb: a situation and a command in, events out."""
