"""What travels in the page comes back as it was, or not at all."""

import base64

from hypothesis import given
from hypothesis import strategies as st

from crisis.citizens.application import Application, opened

TYPED = st.dictionaries(st.text(max_size=8), st.text(max_size=30) | st.lists(st.text(max_size=9)))
APPLICATIONS = st.builds(
    Application,
    steps=st.dictionaries(st.sampled_from(["who", "reach", "home"]), TYPED),
    members=st.lists(TYPED, max_size=3),
    phone_rows=st.integers(1, 3),
)


@given(APPLICATIONS)
def test_application_comes_back_as_it_was(application):
    assert opened(application.sealed()) == application


@given(APPLICATIONS, st.data())
def test_application_that_was_changed_is_not_read(application, data):
    sealed = base64.b64decode(application.sealed())
    place = data.draw(st.integers(0, len(sealed) - 1))
    bit = 1 << data.draw(st.integers(0, 7))
    changed = sealed[:place] + bytes([sealed[place] ^ bit]) + sealed[place + 1 :]
    assert opened(base64.b64encode(changed).decode()) is None
    assert opened(base64.b64encode(sealed[:place]).decode()) is None


@given(st.text(max_size=200))
def test_any_text_is_refused_quietly(text):
    assert opened(text) is None


def test_two_applications_never_share_a_key():
    assert len({Application().key for _ in range(100)}) == 100
