"""What gunicorn serves; run by itself, as the first start does, it makes the configuration database and its login."""

import os
import sys

import config  # noqa: F401 before anything of pgAdmin: its modules import each other in a circle otherwise
from pgadmin.utils.validation_utils import validate_email

email = os.environ.get("PGADMIN_SETUP_EMAIL")
if email and not validate_email(email):
    sys.exit(f"PGADMIN_DEFAULT_EMAIL: {email} is no address pgAdmin accepts, so nobody could log in. Set another one.")

from pgAdmin4 import app  # noqa: E402,F401 importing it is what makes the database
