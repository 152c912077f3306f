"""Addresses: one person's forms become one, and nobody else's."""

import pytest

from assistant.addresses import Person, normal_address, number_forms, person

NUMBER = "5511988887777@s.whatsapp.net"


@pytest.mark.parametrize(
    ("address", "normal"),
    [
        (NUMBER, NUMBER),
        ("5511988887777:12@s.whatsapp.net", NUMBER),
        ("5511988887777_1:12@s.whatsapp.net", NUMBER),
        ("5511988887777@c.us", NUMBER),
        ("5511988887777:99@hosted", NUMBER),
        ("5511988887777", NUMBER),
        ("+5511988887777", NUMBER),
        ("99887766:3@lid", "99887766@lid"),
        ("99887766@hosted.lid", "99887766@lid"),
        ("120363000000000001@g.us", None),
        ("status@broadcast", None),
        ("0@s.whatsapp.net", None),
        ("867051314767696@bot", None),
        ("٥٥١١٩٨٨٨٨٧٧٧٧", None),
        ("", None),
        (None, None),
        (["5511988887777"], None),
        ("5511988887777@s.whatsapp.net.example.com", None),
    ],
)
def test_a_person_has_one_form(address: object, normal: str | None) -> None:
    """Without agent and device, whoever hosts the account; groups and lists are nobody."""
    assert normal_address(address) == normal


@pytest.mark.parametrize(
    ("address", "alternative", "expected"),
    [
        (NUMBER, None, Person(address=NUMBER, hidden=None)),
        ("9@lid", None, Person(address="9@lid", hidden="9@lid")),
        ("9@lid", NUMBER, Person(address=NUMBER, hidden="9@lid")),
        (NUMBER, "9:2@lid", Person(address=NUMBER, hidden="9@lid")),
        (NUMBER, NUMBER, Person(address=NUMBER, hidden=None)),
        ("9@lid", "1@g.us", Person(address="9@lid", hidden="9@lid")),
        ("1@g.us", NUMBER, None),
    ],
)
def test_the_number_is_where_replies_go(address: str, alternative: str | None, expected: Person | None) -> None:
    """Whichever of the two the event has first."""
    assert person(address, alternative) == expected


@pytest.mark.parametrize(
    ("number", "forms"),
    [
        ("+55 (11) 98888-7777", ("551188887777", "5511988887777")),
        ("551188887777", ("551188887777", "5511988887777")),
        ("551133334444", ("551133334444",)),  # a landline: with a 9 it would be another person's mobile
        ("5511933334444", ("5511933334444",)),
        ("5215512345678", ("525512345678", "5215512345678")),
        ("541112345678", ("541112345678", "5491112345678")),
        ("14155550100", ("14155550100",)),
        ("0800", ()),
        ("5511x988887777", ()),
        ("", ()),
    ],
)
def test_a_number_has_every_form_whatsapp_may_know_it_by(number: str, forms: tuple[str, ...]) -> None:
    """And no form that would be another person's."""
    assert number_forms(number) == forms
