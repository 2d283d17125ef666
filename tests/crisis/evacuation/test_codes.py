"""crisis/evacuation/exports/codes.py: codes that say nothing and cannot be made up"""

import re
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis.evacuation.exports.codes import GateCode, gate_code, party_code, read_gate_code
from crisis.evacuation.models import Manifest

NUMBERS = st.integers(min_value=1, max_value=10**9 - 1)


@dataclass(frozen=True)
class At:
    position: int = 17
    party: int = 5


@given(manifest=NUMBERS, position=NUMBERS, party=NUMBERS)
def test_a_code_names_whom_it_was_made_for(manifest: int, position: int, party: int) -> None:
    on, entry = Manifest(pk=manifest), At(position, party)
    assert read_gate_code(gate_code(on, entry)) == GateCode(manifest, position=position)
    assert read_gate_code(party_code(on, entry)) == GateCode(manifest, party=party)


def test_a_code_fits_a_small_qr_code() -> None:
    code = gate_code(Manifest(pk=10**9 - 1), At(position=36_000))
    assert re.fullmatch(r"[0-9A-Z.]{30,61}", code)


def test_typing_is_forgiven() -> None:
    code = gate_code(Manifest(pk=3), At())
    typed = f"  {code.lower()[:20]} {code[20:]}\n".replace(".", "．")
    assert read_gate_code(typed) == GateCode(3, position=17)


@given(at=st.integers(min_value=0, max_value=32), letter=st.sampled_from("AB12.Z0"))
def test_a_changed_letter_makes_it_no_code(at: int, letter: str) -> None:
    code = gate_code(Manifest(pk=3), At())
    changed = code[:at] + letter + code[at + 1 :]
    assert (read_gate_code(changed) is None) == (changed != code)


def test_a_neighbour_a_party_and_another_manifest_have_codes_of_their_own() -> None:
    on, entry = Manifest(pk=3), At()
    mac = gate_code(on, entry).rsplit(".", 1)[1]
    for forged in (f"GH1.3.18.{mac}", f"GH1P.3.17.{mac}", f"GH1.4.17.{mac}"):
        assert read_gate_code(forged) is None
    assert gate_code(on, replace(entry, party=17)) != party_code(on, replace(entry, party=17))


@pytest.mark.parametrize("text", ["", "GH1", "https://example.com/GH1.3.17", "GH1.3.17." * 9_999])
def test_what_is_no_code_is_nobody(text: str) -> None:
    assert read_gate_code(text) is None


def test_another_installation_does_not_know_it(settings: Any) -> None:
    code = gate_code(Manifest(pk=3), At())
    settings.LINK_KEY = b"another key of thirty-two bytes.."
    assert read_gate_code(code) is None
