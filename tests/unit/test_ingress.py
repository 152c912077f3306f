"""The proxy's configuration and ports, with and without TLS."""

import ssl
from pathlib import Path
from typing import cast

import pytest

from components.base.connections import HttpConnection
from components.base.lock import CHECKOUT
from components.ingress import CERTIFICATE_FILE, IngressArgs, Tls, config, ingress_spec
from stacks.evolution_parts import INGRESS_RESOURCES, ingress_args
from stacks.settings.evolution import EvolutionSettings

APP = HttpConnection(host="app", port=8000, ready=())
PAIR = {
    name: str(CHECKOUT / "tests" / "tls" / f"one.{ending}") for name, ending in (("certificate", "pem"), ("key", "key"))
}


def settings(**tls: int) -> EvolutionSettings:
    """Returns settings with TLS."""
    return EvolutionSettings.model_validate({"ingress": {"tls": {**PAIR, **tls}}, "portOffset": 100})


@pytest.mark.parametrize(("production", "address"), [(True, "0.0.0.0"), (False, "127.0.0.1")])  # noqa: S104 compared
def test_tls_takes_the_place_of_plain_http(production: bool, address: str) -> None:  # noqa: FBT001 a test's parameter
    """In production on every address; the plain port is for webhooks inside only."""
    spec = ingress_spec("ingress", ingress_args(settings(), APP, production=production))
    assert {(port.address, port.internal, port.external) for port in spec.ports} == {
        (address, 8080, 180),
        (address, 8443, 543),
    }


def test_a_renewed_certificate_is_read_without_a_replacement() -> None:
    """It is one of the files that the reload covers, and a secret one."""
    spec = ingress_spec("ingress", ingress_args(settings(), APP, production=True))
    assert CERTIFICATE_FILE in spec.secret_files
    assert spec.reload is not None
    assert CERTIFICATE_FILE in spec.reload.files


def test_the_pem_holds_certificate_and_key(tmp_path: Path) -> None:
    """In the one file the proxy wants."""
    pem = cast("Tls", ingress_args(settings(), APP, production=True).tls).pem
    file = tmp_path / "both.pem"
    file.write_text(pem)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(file)
    assert pem not in repr(ingress_args(settings(), APP, production=True))


def test_an_address_without_a_port_means_443() -> None:
    """Another port is said in the redirect."""
    usual = config("ingress", [APP], tls=Tls(pem="", port=443, redirect_port=80))
    assert "https://%[req.hdr(host),field(1,:)]%[capture.req.uri] code 308" in usual
    other = config("ingress", [APP], tls=Tls(pem="", port=8543, redirect_port=80))
    assert "field(1,:)]:8543%[capture.req.uri]" in other


def test_without_tls_there_is_none_of_it() -> None:
    """One port on the loopback."""
    args = ingress_args(EvolutionSettings(), APP, production=True)
    spec = ingress_spec("ingress", args)
    assert args == IngressArgs(app=APP, host_port=8000, resources=INGRESS_RESOURCES)
    assert [(port.address, port.external) for port in spec.ports] == [("127.0.0.1", 8000)]
    assert "ssl" not in config("ingress", [APP])
