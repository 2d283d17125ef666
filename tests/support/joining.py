"""A registration pressed through its steps, as a browser without scripts does it."""

from typing import Any

from django.test import Client

WHO = {
    "name": "王小明",
    "passport_name": "WANG/XIAOMING",
    "sex": "M",
    "birth_date": "1990-03-07",
    "nationality": "CN",
    "document_kind": "passport",
    "document_number": "EZ1234567",
}
REACH = {
    "country": "VU",
    "city": "维拉港",
    "address": "Kumul Highway 12",
    "phone_1": "555 0101",
    "email": "Wang@example.org",
    "language": "zh-hans",
}
HOME = {"name_1": "王大明", "relation_1": "父亲", "phone_1": "13800138000"}
CHILD = {
    **WHO, "name": "王小雨", "passport_name": "WANG/XIAOYU", "sex": "F",
    "birth_date": "2018-01-02", "document_number": "EZ7654321", "guardian": "on",
}  # fmt: skip
WIFE = {
    **WHO, "name": "Anna Tari", "passport_name": "TARI/ANNA", "sex": "F", "nationality": "VU",
    "document_kind": "foreign_passport", "document_number": "V1234567", "agreed": "on",
}  # fmt: skip


class Applicant:
    """One browser at /join/; `press` sends what was typed with the button that was pressed."""

    def __init__(self, client: Client | None = None, language: str = "zh-hans") -> None:
        self.client = client or Client()
        self.address = f"/join/?lang={language}"
        self.response: Any = self.client.get(self.address)

    @property
    def step(self) -> str:
        return str(self.response.context["step"])

    @property
    def text(self) -> str:
        return str(self.response.text)

    @property
    def errors(self) -> dict[str, list[str]]:
        return dict(self.response.context["form"].errors)

    def press(self, go: str, **typed: Any) -> "Applicant":
        known = self.response.context
        data = {"kept": known["kept"], "step": known["step"], "go": go}
        data |= {"member": "" if known.get("member") is None else known["member"]}
        self.response = self.client.post(self.address, data | {"version": known["version"]} | typed)
        return self

    def to_consent(self, **changes: Any) -> "Applicant":
        """Every step filled in as usual, up to the last."""
        self.press("next", **WHO | changes.get("who", {}))
        self.press("next", **REACH | changes.get("reach", {}))
        self.press("next", **HOME | changes.get("home", {}))
        for member in changes.get("members", ()):
            self.press("add").press("save", **member)
        self.press("next")
        self.press("next", **changes.get("extras", {}))
        assert self.step == "consent", self.errors
        return self
