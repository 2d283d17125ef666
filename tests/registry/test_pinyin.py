"""How names sound and are spelled."""

import pytest

from registry.drafts import PersonDraft
from registry.models import Person
from registry.pinyin import letters, name_keys, typed
from registry.services.naming import fill_name_keys
from registry.services.people import correct_person
from tests.support.scene import settle


@pytest.mark.parametrize(
    ("name", "pinyin", "initials"),
    [
        ("王小明", "wangxiaoming", "wxm"),
        ("吕布", "lyubu", "lb"),
        ("单田芳", "shantianfang", "stf"),
        ("尉迟恭", "yuchigong", "yg"),
        ("曾单", "zengdan", "zd"),
        ("阿卜杜拉·买买提", "abodulamaimaiti", "abdlmmt"),
        ("Mary Smith", "marysmith", "ms"),
        ("李 Anna", "lianna", "la"),
        ("José Ñandú", "josenandu", "jn"),
        ("😀 · —", "", ""),
    ],
)
def test_sound_and_initials(name, pinyin, initials):
    assert name_keys(name, "")[:2] == (pinyin, initials)


@pytest.mark.parametrize("text", ["Lü Bu", "LYU/BU", "lv bu", "lǚ-bù", "ｌｖ ｂｕ"])
def test_whatever_is_typed_for_it_finds_it(text):
    assert typed(text) == "lyubu"


def test_spelling_is_its_letters():
    assert letters("O'BRIEN-LI/MARY ANN") == "obrienlimaryann"


def test_very_long_names_fit_their_columns():
    keys = name_keys("赵" * 80, "A" * 80)
    assert len(keys.pinyin) <= 160
    assert len(keys.initials) <= 40


@pytest.mark.django_db
def test_keys_follow_the_name(held_clock):
    person = settle("王小明", passport_name="WANG/XIAOMING")
    correct_person(person=person, draft=PersonDraft(name="李娜", passport_name="LI/NA"))
    person.refresh_from_db()
    assert (person.pinyin, person.initials, person.spelled) == ("lina", "ln", "lina")


@pytest.mark.django_db
def test_rows_without_keys_get_them_in_pieces(held_clock):
    people = [settle("王小明") for _ in range(5)]
    Person.objects.update(pinyin="", initials="", spelled="")
    filling = fill_name_keys(piece=2)
    assert next(filling) == 2
    assert list(fill_name_keys(piece=2)) == [2, 1]  # goes on where another stopped
    assert list(filling) == []
    assert set(Person.objects.values_list("pinyin", flat=True)) == {"wangxiaoming"}
    assert len(people) == 5
