"""Logs in to stores and brokers as their consumer would, and names the step that fails."""

import logging
import time

from probe.models import Amqp, Postgres, Redis
from probe.steps import StepError

LOGIN_SECONDS = 4
STARTING_PAUSE_SECONDS = 0.3
PASSWORD = "It was changed on the server, or this stack's secret is not the server's."  # noqa: S105 no password


def postgres(wanted: Postgres) -> None:
    """Log in and run a statement.

    Raises:
        StepError: At AUTH, DATABASE or PERMISSION.
    """
    import psycopg  # noqa: PLC0415 only when this kind is listed

    where, user = f"{wanted.host}:{wanted.port}", wanted.user
    try:
        with psycopg.connect(
            connect_timeout=LOGIN_SECONDS,
            dbname=wanted.database,
            host=wanted.host,
            password=wanted.password.get_secret_value(),
            port=wanted.port,
            user=user,
        ) as session:
            session.execute("SELECT 1")
    except psycopg.Error as error:
        # A refused login has no `sqlstate` in this library: what the server said is all there is.
        said = str(error)
        if "starting up" in said:
            time.sleep(STARTING_PAUSE_SECONDS)
            postgres(wanted)
        elif "does not exist" in said and "database" in said:
            raise StepError(
                "DATABASE", f'{where} has no database "{wanted.database}"', "Create it, or correct its name."
            ) from None
        elif "permission denied" in said or "not permitted to log in" in said:
            raise StepError(
                "PERMISSION",
                f'{where} lets "{user}" not into "{wanted.database}"',
                "Is the role granted what it needs?",
            ) from None
        elif "authentication failed" in said or "does not exist" in said or "no pg_hba.conf entry" in said:
            raise StepError("AUTH", f'{where} refuses the password of user "{user}"', PASSWORD) from None
        else:
            raise StepError("AUTH", f'{where} ended the login of user "{user}"', "Look at the server's log.") from None


def redis(wanted: Redis) -> None:
    """Log in, ping, select the database.

    Raises:
        StepError: At AUTH, DATABASE or PERMISSION.
    """
    import redis as library  # noqa: PLC0415 only when this kind is listed

    where = f"{wanted.host}:{wanted.port}"
    client = library.Redis(
        host=wanted.host,
        password=wanted.password.get_secret_value(),
        port=wanted.port,
        socket_timeout=LOGIN_SECONDS,
        username=wanted.user,
    )
    try:
        client.ping()
        client.execute_command("SELECT", wanted.database)
    except library.exceptions.BusyLoadingError:
        time.sleep(STARTING_PAUSE_SECONDS)
        redis(wanted)
    except library.exceptions.AuthenticationError:
        raise StepError("AUTH", f'{where} refuses the password of user "{wanted.user}"', PASSWORD) from None
    except library.exceptions.NoPermissionError:
        raise StepError(
            "PERMISSION", f'{where} forbids "{wanted.user}" what is needed', "Look at the server's ACL file."
        ) from None
    except library.exceptions.ResponseError as error:
        if "out of range" in str(error):
            raise StepError(
                "DATABASE", f"{where} has no database {wanted.database}", "Databases are numbered from 0 to 15."
            ) from None
        raise StepError("AUTH", f'{where} refuses user "{wanted.user}"', PASSWORD) from None
    except library.exceptions.RedisError:
        raise StepError("AUTH", f'{where} ended the login of user "{wanted.user}"', "Look at its log.") from None
    finally:
        client.close()


def amqp(wanted: Amqp) -> None:
    """Log in to a virtual host.

    Raises:
        StepError: At AUTH or VHOST.
    """
    import pika  # noqa: PLC0415 only when this kind is listed

    logging.getLogger("pika").setLevel(logging.CRITICAL)  # it would print what is said here in better words
    where = f"{wanted.host}:{wanted.port}"
    parameters = pika.ConnectionParameters(
        blocked_connection_timeout=LOGIN_SECONDS,
        connection_attempts=1,
        credentials=pika.PlainCredentials(wanted.user, wanted.password.get_secret_value()),
        host=wanted.host,
        port=wanted.port,
        socket_timeout=LOGIN_SECONDS,
        stack_timeout=LOGIN_SECONDS,
        virtual_host=wanted.vhost,
    )
    try:
        pika.BlockingConnection(parameters).close()
    except pika.exceptions.ProbableAuthenticationError:
        raise StepError("AUTH", f'{where} refuses the password of user "{wanted.user}"', PASSWORD) from None
    except (pika.exceptions.ProbableAccessDeniedError, pika.exceptions.ConnectionClosedByBroker):
        raise StepError(
            "VHOST",
            f'{where} has no virtual host "{wanted.vhost}" for user "{wanted.user}"',
            "Declare it in the broker's definitions, or correct its name.",
        ) from None
    except pika.exceptions.AMQPError:
        raise StepError("AUTH", f'{where} ended the login of user "{wanted.user}"', "Look at its log.") from None
