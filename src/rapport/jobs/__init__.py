"""What runs by itself: routing, deadlines, presence, the outbox. Decides nothing on its own."""
