"""Check-in tokens: derivable for a re-send, stored only as a hash, useless under another key."""

import base64

from config.kernel.encryption import blind_index
from notifications import tokens


def test_token_is_derived_and_holds_128_bits():
    token = tokens.token_for("key-1")
    assert token == tokens.token_for("key-1")
    assert len(base64.urlsafe_b64decode(token + "==")) == 16
    assert token != tokens.token_for("key-2")


def test_token_depends_on_the_link_key(settings):
    before = tokens.token_for("key-1")
    settings.LINK_KEY = b"x" * 32
    assert tokens.token_for("key-1") != before


def test_hash_does_not_give_the_token_away():
    token = tokens.token_for("key-1")
    assert len(tokens.token_hash(token)) == 16
    assert token.encode() not in tokens.token_hash(token)
    assert tokens.token_hash(token) != blind_index(token, "check-in")


def test_link_leads_to_the_check_in_page(settings, client, db):
    settings.PUBLIC_URL = "https://guihang.example"
    url = tokens.check_in_url("key-1")
    assert url == f"https://guihang.example/c/{tokens.token_for('key-1')}/"
    assert client.get(url.removeprefix("https://guihang.example")).status_code == 404
