"""Log lines: no check-in token, no traceback of a mere refusal."""

import logging

import pytest
from django.test import Client

from config.logs import Discreet


@pytest.fixture
def lines(caplog):
    caplog.handler.addFilter(Discreet())
    yield caplog
    caplog.handler.filters.clear()


def test_check_in_token_stays_out_of_the_log(lines, db):
    token = "JtVYWwKhmTwd1wgWcfNPXA"
    Client().get(f"/c/{token}/")
    Client().post(f"/c/{token}/", {"choice": "safe"})
    assert "/c/…/" in lines.text
    assert token not in lines.text


def test_token_in_a_line_of_our_own_is_hidden_too(lines):
    logging.getLogger("guihang.test").warning("looked at %s twice", "/c/abc/?lang=en")
    assert "looked at /c/…/?lang=en twice" in lines.text


def test_refusal_leaves_one_line(lines, client, auditor):
    client.force_login(auditor, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/people/").status_code == 403
    assert "Forbidden" in lines.text
    assert "Traceback" not in lines.text
