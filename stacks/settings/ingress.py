"""Settings of the proxy."""

from pydantic import Field

from stacks.settings.base import Settings
from stacks.values import LineValue, Port


class TlsSettings(Settings):
    """TLS at the ingress. After a renewal, 'make up' has the proxy read the new files; no connection is lost."""

    certificate: str = Field(
        description="PEM file with the certificate and its chain, on the machine that runs Pulumi."
    )
    key: str = Field(description="PEM file with its key, outside of the checkout.")
    port: Port = Field(default=443, description="Port on the host for HTTPS, on every address in production.")
    redirect_port: Port = Field(default=80, description="Port on the host whose requests are sent to the other one.")


class IngressSettings(Settings):
    """The proxy in front of the application."""

    port: Port = Field(
        default=8000,
        description="Port on the host's loopback, at which the application is reached without TLS. 8000 is the "
        "documents' own.",
    )
    settings: dict[str, LineValue] = Field(
        default_factory=dict,
        description="Further lines of the section defaults of HAProxy, such as timeout server or compression algo; the "
        "proxy takes a changed one without losing a connection. Names that it does not know, and those "
        "that this product sets itself or that lose requests, are refused with the reason.",
    )
    tls: TlsSettings | None = Field(default=None, description="TLS, in place of that port.")
