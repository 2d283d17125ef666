"""What one emulator is told at its start, and the knobs that are turned while it runs."""

import argparse
import os
import time
from dataclasses import asdict, dataclass, fields
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """`public_url` is how the application calls itself in links and callback addresses;
    `app_url` is where it really listens."""

    port: int
    log: Path
    seed: str
    clock: "Clock"
    app_url: str
    public_url: str
    parent: int
    twilio_account: str
    twilio_token: str
    twilio_senders: tuple[str, ...]
    wechat_appid: str
    wechat_secret: str
    wechat_callback_token: str
    wechat_aes_key: str
    wechat_template: str

    @property
    def twilio_sender(self) -> str:
        """The number that people who were never written to write to."""
        return self.twilio_senders[0] if self.twilio_senders else ""


@dataclass(frozen=True, slots=True)
class Clock:
    """Scenario time, as GUIHANG_CLOCK tells it: real epoch, scenario epoch, speed."""

    real_epoch: float = 0.0
    scenario_epoch: float = 0.0
    speed: float = 1.0

    def now(self) -> float:
        """Seconds since 1970 in the scenario."""
        return self.scenario_epoch + (time.time() - self.real_epoch) * self.speed

    def real_seconds(self, scenario_seconds: float) -> float:
        return scenario_seconds / self.speed


@dataclass(slots=True)
class Knobs:
    """Shares are between 0 and 1. Everything at rest is a provider on a good day."""

    latency_ms: int = 0
    pace: int = 0
    per_second: int = 0
    retry_after: int = 0
    refused: float = 0.0
    outage: bool = False
    garbage: float = 0.0
    reset: float = 0.0
    half_open: float = 0.0
    honour_key: str = "vendor"
    lost_receipts: float = 0.0
    repeated_receipts: float = 0.0
    early_receipts: float = 0.0
    receipt_seconds: float = 8.0
    people: bool = True
    unreachable: float = 0.03
    strangers: int = 3
    sealed: bool = False
    token_seconds: int = 7200

    def turn(self, changes: dict[str, object]) -> None:
        """Set knobs from JSON, a form or the command line. Raises ValueError and sets none."""
        kinds = {field.name: type(getattr(self, field.name)) for field in fields(self)}
        if unknown := set(changes) - set(kinds):
            raise ValueError(f"no such knob: {', '.join(sorted(unknown))}")
        ready = {name: _convert(kinds[name], value) for name, value in changes.items()}
        for name, value in ready.items():
            setattr(self, name, value)

    def calm(self) -> bool:
        """Nothing stands between a request and its acceptance."""
        return not (self.latency_ms or self.per_second or self.refused or self.outage) and not (
            self.pace or self.garbage or self.reset or self.half_open or self.early_receipts
        )

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


HONOUR = ("vendor", "all", "none")


def _convert(kind: type, value: object) -> object:
    if kind is bool:
        return str(value).lower() in ("1", "true", "on", "yes")
    if kind is str:
        if value not in HONOUR:
            raise ValueError(f"honour_key is one of {', '.join(HONOUR)}")
        return value
    number = kind(str(value))
    if number < 0:
        raise ValueError("a knob is never negative")
    return number


def read_options(arguments: list[str] | None = None) -> tuple[Options, Knobs]:
    """From the command line, and the same GUIHANG_ variables as the application's."""
    given = _parser().parse_args(arguments)
    env = os.environ.get
    app_url = given.app_url.rstrip("/")
    options = Options(
        port=given.port,
        log=Path(given.log),
        seed=given.seed,
        clock=_clock(given.speed),
        app_url=app_url,
        public_url=(given.public_url or env("GUIHANG_PUBLIC_URL", "") or app_url).rstrip("/"),
        parent=given.parent,
        twilio_account=given.twilio_account or env("GUIHANG_TWILIO_ACCOUNT", ""),
        twilio_token=given.twilio_token or env("GUIHANG_TWILIO_TOKEN", ""),
        twilio_senders=_listed(given.twilio_sender or env("GUIHANG_TWILIO_SENDER", "")),
        wechat_appid=given.wechat_appid or env("GUIHANG_WECHAT_APPID", ""),
        wechat_secret=given.wechat_secret or env("GUIHANG_WECHAT_SECRET", ""),
        wechat_callback_token=given.wechat_callback_token
        or env("GUIHANG_WECHAT_CALLBACK_TOKEN", ""),
        wechat_aes_key=given.wechat_aes_key or env("GUIHANG_WECHAT_AES_KEY", ""),
        wechat_template=given.wechat_template or env("GUIHANG_WECHAT_TEMPLATE", ""),
    )
    knobs = Knobs(sealed=bool(options.wechat_aes_key))
    knobs.turn(dict(pair.split("=", 1) for pair in given.knob))
    return options, knobs


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _clock(speed: float) -> Clock:
    setting = os.environ.get("GUIHANG_CLOCK", "")
    if speed:
        now = time.time()
        return Clock(now, now, speed)
    return Clock(*(float(part) for part in setting.split(","))) if setting else Clock()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m notifications.emulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8002, help="0 takes a free one and prints it")
    parser.add_argument("--log", default="var/emulator.jsonl", help="append-only record")
    parser.add_argument("--seed", default="1", help="decides who answers what")
    parser.add_argument("--speed", type=float, default=0, help="instead of GUIHANG_CLOCK")
    parser.add_argument("--app-url", default="http://127.0.0.1:8000")
    parser.add_argument("--public-url", default="", help="where it differs from --app-url")
    parser.add_argument("--parent", type=int, default=0, help="end when this parent is gone")
    parser.add_argument("--knob", action="append", default=[], metavar="NAME=VALUE")
    for name in ("account", "token", "sender"):
        parser.add_argument(f"--twilio-{name}", default="")
    for name in ("appid", "secret", "callback-token", "aes-key", "template"):
        parser.add_argument(f"--wechat-{name}", default="")
    return parser
