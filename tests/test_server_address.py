"""Addresses of servers for people: never with a password, whatever it is made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import IndexServerError
from archiver.index.postgres_connection import connect
from archiver.server_address import is_misread, shown, without_secrets

SHOWN = {
    "postgresql://jane:word@host/db": "postgresql://jane@host/db",
    "postgresql://jane@host:5/db?password=word": "postgresql://jane@host:5/db",
    "postgresql://jane@host/db?password=wo@rd": "postgresql://jane@host/db",
    "postgresql://jane:wo/rd@host/db": "postgresql://jane@host/db",
    "postgresql://jane:wo?rd@host/db": "postgresql://jane@host/db",
    "postgresql://jane:wo#rd@host/db": "postgresql://jane@host/db",
    "postgresql://jane:wo@rd@host/db": "postgresql://jane@host/db",
    "postgresql://jane:wo rd@host/db": "postgresql://jane@host/db",
    "postgresql://jane:wo?r=d@host/db": "postgresql://…",  # nobody can tell
    "postgresql://jane:word": "postgresql://…",
    "POSTGRES://jane:word@host/db": "postgres://jane@host/db",
    "postgresql://:word@host": "postgresql://@host",
    "postgresql://jane:word@[::1]:5,h2:6/db": "postgresql://jane@[::1]:5,h2:6/db",
    "postgresql:///db?host=/run/postgresql": "postgresql:///db",
    "postgresql://host:5/db": "postgresql://host:5/db",
}


@pytest.mark.parametrize(("address", "said"), SHOWN.items())
def test_an_address_is_shown_without_its_password(address: str, said: str) -> None:
    assert shown(address) == said


@given(st.text(st.sampled_from("abx1:/?#@[]%&= ,")))
def test_no_password_is_shown(password: str) -> None:
    address = f"postgresql://jane:{password}~{password}@host/db"
    assert "~" not in shown(address)
    if " " not in password:
        assert "~" not in without_secrets(f"the index {address} is away")


@pytest.mark.parametrize(
    "text", ["password = 'x1 x2'", "password='x1\\'x2' y", "PASSWORD=x1'x2", "sslpassword=x1", "postgres://a:x1/x2@b"]
)
def test_texts_are_shown_without_passwords(text: str) -> None:
    assert "x1" not in without_secrets(text)
    assert "x2" not in without_secrets(text)


@pytest.mark.parametrize("password", ["wo/rd", "wo@rd", "/", "wo@rd/x"])
def test_no_part_of_a_password_is_looked_for_in_the_network(password: str) -> None:
    address = f"postgresql://jane:{password}@127.0.0.1:9/db"
    assert is_misread(address)
    with pytest.raises(IndexServerError) as caught:
        connect(address)
    said = "postgresql://jane@127.0.0.1:9/db: write a / in its password as %2F, and an @ as %40"
    assert str(caught.value) == said


@pytest.mark.parametrize(
    "address", ["postgresql://jane:wo%2Frd@h/db", "postgresql:///db", "postgresql://h/db?user=a@b"]
)
def test_sound_addresses_are_not_misread(address: str) -> None:
    assert not is_misread(address)
