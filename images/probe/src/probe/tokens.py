"""Sets the token of an instance in Evolution's own database: no route changes one.

Until its next start the server still writes the earlier one into its events.

Source: evolution-api 2.3.7, `apikey` of `src/api/guards/auth.guard.ts` (read at every request), model `Instance` of
`prisma/postgresql-schema.prisma`.
"""

from probe.errors import ProbeError

LOGIN_SECONDS = 4


def set_token(database: str, schema: str, instance: str, token: str) -> None:
    """Set the token of an instance.

    Args:
        database: Address of the database, with user and password.
        schema: Schema of Evolution's tables.
        instance: Name of the instance.
        token: The declared token.

    Raises:
        ProbeError: The database refuses it, or has no such instance.
    """
    import psycopg  # noqa: PLC0415 slow to load: only when a token differs
    from psycopg import sql  # noqa: PLC0415

    table = sql.Identifier(schema, "Instance")
    statement = sql.SQL('UPDATE {} SET "token" = %s, "updatedAt" = now() WHERE "name" = %s').format(table)
    try:
        with psycopg.connect(database, connect_timeout=LOGIN_SECONDS) as session:
            changed = session.execute(statement, (token, instance)).rowcount
    except psycopg.Error as error:
        # Not what the server said: it may quote the token.
        raise ProbeError(
            f"instance {instance}: its token cannot be set in Evolution's database ({error.sqlstate or 'no login'}). "
            "Look at evolution-postgres: 'make logs SERVICE=evolution-postgres'"
        ) from None
    if changed != 1:
        raise ProbeError(f"instance {instance}: Evolution's database has no such instance")
