"""The customer's side of WebChat: session, socket and files (interfaces.md §5)."""
