"""The columns of a roster, how people head them, and what one row of it is (docs/rosters.md)."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from config.kernel.errors import DomainError
from config.kernel.text import clean

# column → (Chinese heading, English heading, other words that people use for it). Blanks,
# punctuation, capitals and full-width forms make no difference.
COLUMNS: dict[str, tuple[str, str, str]] = {
    "ref": ("编号", "Reference", "人员编号 工号 学号 员工编号 学生编号|employee id|employee no"
            "|employee number|staff id|staff no|student id|student no|student number"),
    "name": ("姓名", "Name", "中文姓名 中文名 名字 姓名中文|full name|chinese name"),
    "passport_name": ("证件拼写", "Name in passport", "护照姓名 护照拼写 姓名拼音 拼音姓名 拼音"
                      " 英文姓名 英文名 外文姓名|passport name|pinyin|english name|latin name"),
    "sex": ("性别", "Sex", "|gender"),
    "birth_date": ("出生日期", "Date of birth", "出生年月日 生日|birth date|birthday|dob"),
    "nationality": ("国籍", "Nationality", "|citizenship"),
    "document_kind": ("证件种类", "Document type", "证件类型 证件类别|document kind|id type"),
    "document_number": ("证件号码", "Passport No.", "证件号 护照号 护照号码 护照|passport"
                        "|passport number|document no|document number|travel document no"),
    "document_expires_on": ("证件有效期至", "Passport expires on", "证件有效期 护照有效期"
                            " 护照有效期至 有效期至|passport expiry|expiry date|date of expiry"
                            "|expires on|valid until"),
    "language": ("语言", "Language", "短信语言"),
    "needs": ("特殊需要", "Special needs", "特殊需求"),
    "health_note": ("健康说明", "Health note", "健康状况 健康备注|medical note|medical notes"),
    "household": ("家庭编号", "Household", "家庭 户号|family|family no|household no"),
    "phone": ("手机", "Mobile", "手机号 手机号码 电话 电话号码 联系电话 本人电话 移动电话|phone"
              "|phone number|mobile phone|mobile number|mobile no|telephone|tel|cell|cell phone"),
    "phone_2": ("手机2", "Second phone", "电话2 备用电话 备用手机 第二电话 其他电话|phone 2"
                "|mobile 2|other phone|alternative phone"),
    "wechat_openid": ("微信openid", "WeChat openid", ""),
    "email": ("电子邮件", "E-mail", "邮箱 电子邮箱|mail|email address"),
    "country": ("所在国家", "Country", "国家 所在国 所在国家地区 所在国家或地区 驻在国"
                "|country of residence"),
    "city": ("城市", "City", "所在城市"),
    "latitude": ("纬度", "Latitude", "|lat"),
    "longitude": ("经度", "Longitude", "|lon|lng"),
    "accuracy_m": ("精度米", "Accuracy in metres", "精度"),
    "address": ("地址", "Address", "住址 境外地址 详细地址 现住址|address abroad"),
    "guardian_name": ("监护人", "Guardian", "监护人姓名|guardian name|parent"),
    "guardian_phone": ("监护人电话", "Guardian's phone", "监护人手机|guardian phone"),
    "trip_country": ("行程国家", "Trip: country", ""),
    "trip_city": ("行程城市", "Trip: city", ""),
    "trip_latitude": ("行程纬度", "Trip: latitude", ""),
    "trip_longitude": ("行程经度", "Trip: longitude", ""),
    "trip_accuracy_m": ("行程精度米", "Trip: accuracy in metres", ""),
    "trip_starts_on": ("行程开始", "Trip: first day", "行程开始日期|trip start|trip from"),
    "trip_ends_on": ("行程结束", "Trip: last day", "行程结束日期|trip end|trip to"),
    "emergency_name": ("紧急联系人", "Emergency contact", "紧急联系人姓名|emergency contact name"),
    "emergency_relation": ("紧急联系人关系", "Emergency contact: relation",
                           "与紧急联系人关系 与本人关系|relation|relationship"),
    "emergency_phone": ("紧急联系人电话", "Emergency contact: phone", "紧急联系电话 紧急电话"
                        " 紧急联系人手机|emergency phone|emergency contact phone"
                        "|emergency contact number"),
}  # fmt: skip
REQUIRED = ("name", "country")
# What an errors file puts before the columns; on the way back in they are left out.
ERROR_COLUMNS: dict[str, tuple[str, str]] = {
    "error_row": ("退回：原行号", "Refused: row"),
    "error_field": ("退回：列", "Refused: column"),
    "error_reason": ("退回：原因", "Refused: reason"),
    "error_remedy": ("退回：怎样改", "Refused: remedy"),
}
# Stands in `ref` in the example row of the template, which is no person.
EXAMPLE = "示例 EXAMPLE"
MAX_COLUMNS = 200
# A title and a date often stand above the headings.
ROWS_BEFORE_HEADINGS = 10
_ASIDE = re.compile(r"\([^()]*\)")
_NOT_A_WORD = re.compile(r"[\W_]+")

Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One row: its line in the file (from 1), the cells as written beside the headings, and
    cleaned by column. `refused`: what reading already found wrong with it."""

    number: int
    written: Sequence[str]
    cells: Cells
    refused: DomainError | None = None


@dataclass
class Roster:
    """A file that could be read: its `rows` come one by one, once.

    `kind` is csv or xlsx, `encoding` that of a CSV, `unknown` the columns that are left out,
    `notes` sentences to be told; those about the end of the file are there when it was read.
    """

    kind: str
    encoding: str
    headings: list[str]
    columns: list[str]
    rows: Iterator[RosterRow] = field(default_factory=lambda: iter(()))
    notes: list[str] = field(default_factory=list)

    @property
    def unknown(self) -> list[str]:
        pairs = zip(self.headings, self.columns, strict=True)
        return [heading for heading, column in pairs if heading and not column]


def _key(heading: str) -> str:
    return _NOT_A_WORD.sub("", unicodedata.normalize("NFKC", heading).casefold())


def _by_key() -> dict[str, str]:
    known: dict[str, str] = {}
    for column, (chinese, english, others) in COLUMNS.items():
        words = [column, chinese, english, *others.partition("|")[0].split()]
        known |= {_key(word): column for word in [*words, *others.split("|")[1:]]}
    for column, headings in ERROR_COLUMNS.items():
        known |= {_key(word): column for word in (column, *headings)}
    return known


_BY_KEY = _by_key()


def heading_of(column: str, language: str) -> str:
    """How we head a column ourselves; a column we do not know as it is."""
    chinese, english = (COLUMNS.get(column) or ERROR_COLUMNS.get(column) or (column, column))[:2]
    return chinese if language.startswith("zh") else english


def recognise(headings: Sequence[str]) -> list[str]:
    """The column of each heading, empty where it is none. A second phone takes `phone_2`."""
    columns: list[str] = []
    for heading in headings:
        tidy = unicodedata.normalize("NFKC", heading)
        column = _BY_KEY.get(_key(tidy)) or _BY_KEY.get(_key(_ASIDE.sub("", tidy)), "")
        columns.append("phone_2" if column == "phone" and column in columns else column)
    return columns


def find_headings(
    lines: Sequence[Sequence[str]], given: Collection[str] = ()
) -> tuple[int, list[str], list[str]] | None:
    """(place in `lines`, headings, columns) of the first line that heads the required columns.

    `given` are columns that need not be there, since somebody else says what they hold.
    """
    for place, line in enumerate(lines[:ROWS_BEFORE_HEADINGS]):
        headings = [clean(heading) for heading in line[:MAX_COLUMNS]]
        columns = recognise(headings)
        if all(column in columns or column in given for column in REQUIRED):
            check_repeated(headings, columns)
            return place, headings, columns
    return None


def check_repeated(headings: Sequence[str], columns: Sequence[str]) -> None:
    """Raises DomainError repeated_column where two headings mean one column."""
    for heading, column in zip(headings, columns, strict=True):
        if column and columns.count(column) > 1:
            sentence = _("列“%(column)s”出现了两次，请只保留一列。")
            words = {"column": heading}
            raise DomainError("repeated_column", sentence % words, {"column": column})


def missing_columns(lines: Sequence[Sequence[str]], given: Collection[str] = ()) -> DomainError:
    """What to say of a file in which `find_headings` found nothing."""
    best = max((recognise(line) for line in lines), key=lambda c: sum(map(bool, c)), default=[])
    column = next(c for c in REQUIRED if c not in best and c not in given)
    sentence = _("缺少列“%(column)s”（%(heading)s）。文件的前十行中必须有一行是列名。")
    words = {"column": column, "heading": COLUMNS[column][0]}
    return DomainError("missing_column", sentence % words, {"column": column})
