"""What services offer their consumers: fixed sets of properties, and the gate behind which they are true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi


@dataclass(frozen=True, kw_only=True)
class PostgresConnection:
    """A database and the role that owns it.

    Attributes:
        database: Database name.
        host: Network alias of the server.
        password: The role's password, secret.
        port: Port inside the network.
        ready: Gates of the server.
        user: Role.
    """

    database: str
    host: str
    password: pulumi.Output[str]
    ready: Sequence[pulumi.Resource]
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

    def proof(self) -> Mapping[str, pulumi.Input[Any]]:
        """A login, and a statement."""
        return {
            "database": self.database,
            "host": self.host,
            "kind": "postgres",
            "name": self.host,
            "password": self.password,
            "port": self.port,
            "user": self.user,
        }


@dataclass(frozen=True, kw_only=True)
class RedisConnection:
    """A Redis server and the ACL user to log in as.

    Attributes:
        host: Network alias of the server.
        password: The user's password, secret.
        ready: Gates of the server.
        user: ACL user.
        database: Number of the database.
        port: Port inside the network.
    """

    host: str
    password: pulumi.Output[str]
    ready: Sequence[pulumi.Resource]
    user: str
    database: int = 0
    port: int = 6379

    def url(self) -> pulumi.Output[str]:
        """Returns `redis://…` with the password in it: secret, for files only."""
        return pulumi.Output.concat(f"redis://{self.user}:", self.password, f"@{self.host}:{self.port}/{self.database}")

    def proof(self) -> Mapping[str, pulumi.Input[Any]]:
        """A login, a ping, and the database."""
        return {
            "database": self.database,
            "host": self.host,
            "kind": "redis",
            "name": self.host,
            "password": self.password,
            "port": self.port,
            "user": self.user,
        }


@dataclass(frozen=True, kw_only=True)
class RabbitConnection:
    """A RabbitMQ virtual host and the user that may use it.

    Attributes:
        host: Network alias of the server.
        password: The user's password, secret.
        ready: Gates of the server.
        user: User.
        vhost: Virtual host.
        port: AMQP port inside the network.
    """

    host: str
    password: pulumi.Output[str]
    ready: Sequence[pulumi.Resource]
    user: str
    vhost: str
    port: int = 5672

    def url(self) -> pulumi.Output[str]:
        """Returns `amqp://…` with the password in it: secret, for files only."""
        return pulumi.Output.concat(f"amqp://{self.user}:", self.password, f"@{self.host}:{self.port}/{self.vhost}")

    def proof(self) -> Mapping[str, pulumi.Input[Any]]:
        """A login to the virtual host."""
        return {
            "host": self.host,
            "kind": "amqp",
            "name": self.host,
            "password": self.password,
            "port": self.port,
            "user": self.user,
            "vhost": self.vhost,
        }


@dataclass(frozen=True, kw_only=True)
class TcpConnection:
    """A service with a port and no credentials.

    Attributes:
        host: Network alias.
        port: Port inside the network.
        ready: Gates of the service.
    """

    host: str
    port: int
    ready: Sequence[pulumi.Resource]

    def proof(self) -> Mapping[str, pulumi.Input[Any]]:
        """That the port accepts connections."""
        return {"host": self.host, "kind": "tcp", "name": self.host, "port": self.port}


@dataclass(frozen=True, kw_only=True)
class HttpConnection:
    """A service that answers HTTP and asks for no credentials.

    Attributes:
        host: Network alias.
        port: Port inside the network.
        ready: Gates of the service.
        check_path: Answers 200 as long as a proxy shall send new work.
    """

    host: str
    port: int
    ready: Sequence[pulumi.Resource]
    check_path: str = "/up"

    @property
    def url(self) -> str:
        """Base address inside the system's networks; the dotted name satisfies validators that want a domain."""
        return f"http://{self.host}.internal:{self.port}"

    def proof(self) -> None:
        """Nothing to log in to."""


@dataclass(frozen=True, kw_only=True)
class EvolutionConnection:
    """An Evolution API server.

    Attributes:
        api_key: The global key, secret: it may create and delete instances.
        host: Network alias.
        port: Port inside the network.
        ready: Gates of the server.
    """

    api_key: pulumi.Output[str]
    host: str
    ready: Sequence[pulumi.Resource]
    port: int = 8080

    @property
    def url(self) -> str:
        """Base address inside the system's networks."""
        return f"http://{self.host}:{self.port}"

    def proof(self) -> Mapping[str, pulumi.Input[Any]]:
        """The list of instances, which asks for the key and reads the database."""
        return {
            "expect": [200],
            "headers": {"apikey": self.api_key},
            "key_name": "the global key (AUTHENTICATION_API_KEY)",
            "kind": "evolution",
            "name": self.host,
            "url": f"{self.url}/instance/fetchInstances",
        }


@dataclass(frozen=True, kw_only=True)
class InstanceConnection:
    """One instance (one WhatsApp number) of an Evolution API server.

    Attributes:
        evolution: The server.
        name: Instance name.
        number: Telephone number, digits only.
        ready: Gates of the job that made the instance.
        token: The instance's own key, secret: it works on this instance only.
        webhook_secret: What the server sends with every webhook, secret.
    """

    evolution: EvolutionConnection
    name: str
    number: str
    ready: Sequence[pulumi.Resource]
    token: pulumi.Output[str]
    webhook_secret: pulumi.Output[str]

    def proof(self) -> Mapping[str, pulumi.Input[Any]]:
        """The instance's own state, with its own token."""
        return {
            "expect": [200],
            "headers": {"apikey": self.token},
            "key_name": f"the token of instance {self.name} (EVOLUTION_API_KEY)",
            "kind": "evolution",
            "name": self.evolution.host,
            "url": f"{self.evolution.url}/instance/connectionState/{self.name}",
        }
