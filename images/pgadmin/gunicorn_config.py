"""Settings of gunicorn, which asks pgAdmin for its own: importing them is part of what the server keeps in memory."""

import gunicorn
from config import JSON_LOGGER

gunicorn.SERVER_SOFTWARE = "Python"
access_log_format = '%(h)s %(l)s %({x-remote-user}o)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s"'
if JSON_LOGGER:
    raise SystemExit("this local equivalent does not log JSON; use the official image")
