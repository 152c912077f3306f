"""What gunicorn serves; run by itself, as the first start does, it makes the configuration database and its login."""

import builtins

builtins.SERVER_MODE = True

from pgAdmin4 import app  # noqa: E402,F401 importing it is what makes the database
