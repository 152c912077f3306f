"""The worker: takes orders from RabbitMQ and answers the messages they name. `python3 -m tasks` runs it."""
