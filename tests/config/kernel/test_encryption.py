"""Sealed values: they open only with their own key and in their own column."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.kernel import encryption
from config.kernel.encryption import UnreadableValue, blind_index, seal, unseal

PURPOSE = "registry.person.document_number"
NO_SURROGATES = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.fixture
def fresh_ciphers():
    """Ciphers are cached by key id; tests that change the keys start and end without."""
    encryption._cipher.cache_clear()
    yield
    encryption._cipher.cache_clear()


@given(NO_SURROGATES)
def test_what_is_sealed_opens_again(text):
    assert unseal(seal(text, PURPOSE), PURPOSE) == text


def test_sealed_value_hides_the_text_and_its_repetition():
    first, second = seal("E12345678", PURPOSE), seal("E12345678", PURPOSE)
    assert first != second
    assert b"E12345678" not in first


def test_value_moved_to_another_column_does_not_open():
    with pytest.raises(UnreadableValue):
        unseal(seal("E12345678", PURPOSE), "registry.person.health_note")


@given(NO_SURROGATES, st.data())
def test_changed_value_does_not_open(text, data):
    sealed = bytearray(seal(text, PURPOSE))
    place = data.draw(st.integers(1, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(UnreadableValue):
        unseal(bytes(sealed), PURPOSE)


@pytest.mark.parametrize("length", [0, 1, 5, 13, 28])
def test_cut_off_value_does_not_open(length):
    with pytest.raises(UnreadableValue):
        unseal(seal("E12345678", PURPOSE)[:length], PURPOSE)


def test_wrong_key_never_yields_text(settings, fresh_ciphers):
    sealed = seal("E12345678", PURPOSE)
    settings.FIELD_KEYS = {2: os.urandom(32)}
    encryption._cipher.cache_clear()
    with pytest.raises(UnreadableValue):
        unseal(sealed, PURPOSE)


def test_missing_key_is_named(settings, fresh_ciphers):
    sealed = seal("E12345678", PURPOSE)
    settings.FIELD_KEYS = {1: settings.FIELD_KEYS[1]}
    encryption._cipher.cache_clear()
    with pytest.raises(UnreadableValue, match="key 2"):
        unseal(sealed, PURPOSE)


def test_newest_key_seals_and_older_ones_still_open(settings, fresh_ciphers):
    settings.FIELD_KEYS = {1: os.urandom(32)}
    encryption._cipher.cache_clear()
    old = seal("before", PURPOSE)
    settings.FIELD_KEYS = {**settings.FIELD_KEYS, 7: os.urandom(32)}
    new = seal("after", PURPOSE)
    assert (old[0], new[0]) == (1, 7)
    assert (unseal(old, PURPOSE), unseal(new, PURPOSE)) == ("before", "after")


def test_blind_index_is_equal_only_for_the_same_value_and_purpose(settings):
    index = blind_index("+6785550123", "address.sms")
    assert len(index) == encryption.INDEX_BYTES
    assert index == blind_index("+6785550123", "address.sms")
    assert index != blind_index("+6785550124", "address.sms")
    assert index != blind_index("+6785550123", "address.wechat")
    settings.INDEX_KEY = os.urandom(32)
    assert index != blind_index("+6785550123", "address.sms")
