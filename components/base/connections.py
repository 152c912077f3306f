"""What services offer their consumers: fixed sets of properties, and the gate behind which they are true."""

from dataclasses import dataclass

import pulumi


@dataclass(frozen=True, kw_only=True)
class PostgresConnection:
    """A database and the role that owns it.

    Attributes:
        database: Database name.
        host: Network alias of the server.
        password: The role's password, secret.
        port: Port inside the network.
        ready: Gate of the server.
        user: Role.
    """

    database: str
    host: str
    password: pulumi.Output[str]
    ready: pulumi.Resource
    user: str
    port: int = 5432

    def url(self, *, query: str = "") -> pulumi.Output[str]:
        """Returns `postgresql://…` with the password in it: secret, for files only.

        Args:
            query: What follows `?`, such as `schema=evolution_api`.
        """
        suffix = f"?{query}" if query else ""
        address = f"@{self.host}:{self.port}/{self.database}{suffix}"
        return pulumi.Output.concat(f"postgresql://{self.user}:", self.password, address)


@dataclass(frozen=True, kw_only=True)
class EvolutionConnection:
    """An Evolution API server.

    Attributes:
        api_key: The global key, secret: it may create and delete instances.
        host: Network alias.
        port: Port inside the network.
        ready: Gate of the server.
    """

    api_key: pulumi.Output[str]
    host: str
    ready: pulumi.Resource
    port: int = 8080

    @property
    def url(self) -> str:
        """Base address inside the system's networks."""
        return f"http://{self.host}:{self.port}"


@dataclass(frozen=True, kw_only=True)
class InstanceConnection:
    """One instance (one WhatsApp number) of an Evolution API server.

    Attributes:
        evolution: The server.
        name: Instance name.
        number: Telephone number, digits only.
        ready: Gate of the job that made the instance.
        token: The instance's own key, secret: it works on this instance only.
        webhook_secret: What the server sends with every webhook, secret.
    """

    evolution: EvolutionConnection
    name: str
    number: str
    ready: pulumi.Resource
    token: pulumi.Output[str]
    webhook_secret: pulumi.Output[str]
