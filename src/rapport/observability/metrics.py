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
