"""Counters and gauges for Prometheus; names are listed in docs/operations/metrics.md."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

MESSAGES_IN = Counter("rapport_messages_received_total", "Customer messages stored", ["channel"])
MESSAGES_DUPLICATE = Counter(
    "rapport_messages_duplicate_total", "Deliveries of messages already stored", ["channel"]
)
INPUT_IGNORED = Counter(
    "rapport_input_ignored_total", "Provider input that means nothing to us", ["channel", "reason"]
)
INPUT_REFUSED = Counter("rapport_input_refused_total", "Webhook requests refused", ["reason"])
FILES_SCANNED = Counter(
    "rapport_files_scanned_total", "Files shown to the virus scanner", ["outcome"]
)
OFFERS = Counter("rapport_offers_total", "Offers made")
OFFERS_EXPIRED = Counter("rapport_offers_expired_total", "Offers that ended in RONA")
SOCKETS = Gauge("rapport_sockets", "Open WebSockets", ["side"])
STREAM_POSITION = Gauge("rapport_stream_position", "Newest position fanned out")
REQUESTS = Histogram(
    "rapport_request_seconds",
    "Time to answer API requests",
    ["method", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
DATABASE_UP = Gauge("rapport_database_up", "Whether the database answers: 1 or 0")
SPOOL = Gauge("rapport_spool_requests", "Requests kept on this node's disk for the database")
OUTBOX_WAITING = Gauge("rapport_outbox_waiting", "Messages that wait to be sent")
OUTBOX_OVERDUE = Gauge(
    "rapport_outbox_overdue", "Conversations whose messages are overdue by 5 minutes"
)
DEAD_LETTERS = Gauge("rapport_dead_letters", "Messages that were given up")
PARKED = Gauge("rapport_parked_inputs", "Input that could not be taken in")
ACCOUNTS_BROKEN = Gauge("rapport_accounts_broken", "Active accounts that their provider refuses")
WEBHOOK_ATTEMPTS = Counter(
    "rapport_webhook_attempts_total", "Attempts to deliver webhooks", ["outcome"]
)
WEBHOOKS_WAITING = Gauge("rapport_webhooks_waiting", "Webhook deliveries that wait to be sent")
WEBHOOKS_OVERDUE_S = Gauge(
    "rapport_webhooks_overdue_seconds", "Age of the oldest webhook delivery that waits"
)
WEBHOOKS_PAUSED = Gauge("rapport_webhooks_paused", "Active webhooks that were paused")
FILES_HELD = Gauge("rapport_files_held", "Uploads that wait for the virus scanner")
FILES_TO_REMOVE = Gauge(
    "rapport_files_to_remove", "Files of deleted rows that could not be deleted yet"
)
STREAM_STORED = Gauge("rapport_stream_stored_position", "Newest position in the database")
