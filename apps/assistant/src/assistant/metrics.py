"""What Prometheus reads. Labels are results only: never an instance's number, a contact or a word of a message."""

from prometheus_client import Counter, Gauge, Histogram

WEBHOOK_RESULTS = (
    *("stored", "duplicate", "seen", "corrected", "withdrawn", "set_aside"),
    *("ignored", "unavailable", "overloaded"),
)
REPLY_RESULTS = ("sent", "found", "postponed", "given_up", "taken_over", "not_due", "error")

WEBHOOKS = Counter(
    "assistant_webhooks", "Webhooks, by what became of them; those sent away are not looked at.", ["result"]
)
UNAUTHORIZED = Counter("assistant_unauthorized", "Requests without the webhook secret.")
HANDED_OVER = Counter("assistant_handed_over", "Owed replies that the broker has confirmed.")
BROKER_CONNECTED = Gauge("assistant_broker_connected", "Whether this process has a working connection to RabbitMQ.")

OUTBOX_DEPTH = Gauge("assistant_outbox_depth", "Replies still owed, of all processes.")
OUTBOX_OLDEST = Gauge("assistant_outbox_oldest_due_seconds", "How long the reply that is due longest has been due.")
OUTBOX_GIVEN_UP = Gauge("assistant_outbox_given_up", "Replies given up; scripts.requeue_failed tries them again.")

REPLIES = Counter("assistant_replies", "Orders to answer, by what became of them.", ["result"])
ANSWER_SECONDS = Histogram(
    "assistant_answer_seconds",
    "From the message being stored to its reply being recorded.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 20, 30, 60, 300, 3600),
)

# A result that has not happened yet is a zero, not a missing series: alerts on growth need a start.
for _result in WEBHOOK_RESULTS:
    WEBHOOKS.labels(_result)
for _result in REPLY_RESULTS:
    REPLIES.labels(_result)
