"""Pages for people: the phones, one phone's screen, the knobs. Chinese first, English beside."""

import heapq
import re
import time
from html import escape
from urllib.parse import quote, unquote, urlencode

from notifications.emulator.http import HTML, Answer, Request, Response, json_response
from notifications.emulator.ledger import Message, Phone
from notifications.emulator.world import World

PAGE_SIZE = 50
BUTTONS = [
    ("1", "1 平安 safe"),
    ("2", "2 需要帮助 help"),
    ("3", "3 已离开 left"),
    ("4", "4 平安但需撤离 wants out"),
]
MAX_TEXT = 20_000
OPENID = re.compile(r"[A-Za-z0-9_\-]{6,64}")
STYLE = """
*{box-sizing:border-box}body{font:16px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;margin:0;
background:#eef1f4;color:#14202b}main{max-width:34rem;margin:0 auto;padding:.75rem}
header{background:#14202b;color:#fff;padding:.6rem .75rem}header a{color:#fff;margin-right:1rem}
.drill{background:#8a3b00;color:#fff;text-align:center;padding:.15rem;font-size:.9rem}
h1{font-size:1.25rem;margin:.5rem 0;overflow-wrap:anywhere}
a{color:#0b57a4}ul{list-style:none;margin:0;padding:0}
.phone{display:block;background:#fff;border-radius:.5rem;padding:.6rem .75rem;margin:.4rem 0;
text-decoration:none;color:inherit;overflow-wrap:anywhere}.phone small,.bubble small{color:#54616d}
.phone p{margin:.2rem 0 0;display:-webkit-box;-webkit-line-clamp:2;-webkit-box-orient:vertical;
overflow:hidden}.screen{background:#fff;border-radius:1.25rem;padding:.75rem;border:.35rem solid
#14202b;min-height:16rem}.bubble{max-width:88%;padding:.5rem .7rem;border-radius:.9rem;
margin:.4rem 0;background:#e6eaee;white-space:pre-wrap;overflow-wrap:anywhere}
.mine{margin-left:auto;background:#cfe8d5}.buttons{display:grid;grid-template-columns:1fr 1fr;
gap:.5rem;margin:.75rem 0}button{font:inherit;padding:.6rem;border:1px solid #14202b;
border-radius:.5rem;background:#fff;cursor:pointer}button.help{background:#b3261e;color:#fff;
border-color:#b3261e}input,textarea,select{font:inherit;width:100%;padding:.5rem;border:1px solid
#54616d;border-radius:.5rem}
form.row{display:flex;flex-wrap:wrap;gap:.5rem;margin:.5rem 0}form.row button{flex:none}
form.row input{flex:1 1 5rem;width:auto;min-width:0}
label{display:block;margin:.5rem 0}.note{background:#fff3cd;padding:.5rem .75rem;
border-radius:.5rem}:focus-visible{outline:3px solid #0b57a4;outline-offset:2px}
"""
KNOB_LABELS = {
    "latency_ms": "延迟，毫秒 latency, ms",
    "pace": "每秒处理数，超出者排队 Let through a second; the rest stands in line",
    "per_second": "每秒上限，0 为不限 throttle above, per second",
    "retry_after": "超速时要求等待，秒 Retry-After when throttled, s",
    "refused": "拒绝比例 share refused",
    "outage": "停机（500） outage",
    "garbage": "受理但回答乱码 accepted, garbage answer",
    "reset": "受理后断开 accepted, then reset",
    "half_open": "受理后不回答 accepted, then silence",
    "honour_key": "识别重发键 honour our key: vendor / all / none",
    "lost_receipts": "回执丢失 receipts lost",
    "repeated_receipts": "回执重复 receipts repeated",
    "early_receipts": "回执先到 receipts before the answer",
    "receipt_seconds": "回执时间，情景秒 receipt after, scenario s",
    "people": "有人作答 people answer",
    "unreachable": "无法送达 share unreachable",
    "strangers": "陌生来信 letters from strangers",
    "sealed": "微信加密推送 WeChat pushes sealed",
    "token_seconds": "令牌寿命，秒 token lives, s",
}


class Pages:
    def __init__(self, world: World) -> None:
        self._world = world

    def handle(self, request: Request) -> Answer:
        parts = [unquote(part) for part in request.raw_path.split("/")[1:]]
        if request.method == "GET":
            return self._show(request, parts)
        if request.method == "POST" and len(parts) == 3 and parts[0] == "phones":
            return self._tap(request, parts[1], parts[2])
        if request.method == "POST" and len(parts) == 2 and parts[0] == "qr":
            return self._scan(parts[1], request.form().get("openid", ""))
        return _page("没有此页 Not found", "<p>没有此页。 Not found.</p>", 404)

    def _show(self, request: Request, parts: list[str]) -> Response:
        if parts in ([""], ["phones"]):
            return self._phones(request)
        if len(parts) == 2 and parts[0] == "phones" and parts[1]:
            return self._phone(parts[1], request.query.get("taken", ""))
        if parts == ["knobs"]:
            return self._knobs(request)
        if len(parts) == 2 and parts[0] == "qr":
            return self._scanning(parts[1])
        return _page("没有此页 Not found", "<p>没有此页。 Not found.</p>", 404)

    def _phones(self, request: Request) -> Response:
        wanted = request.query.get("q", "").strip()
        rows = "".join(_row(phone) for phone in self._newest(wanted)) or (
            "<li class=note>还没有消息。 No messages yet.</li>"
        )
        total = len(self._world.ledger.phones)
        return _page(
            "手机 Phones",
            f"<form class=row role=search><input name=q value='{escape(wanted, quote=True)}' "
            "aria-label='号码或文字 number or text' placeholder='+678… / openid / 文字 text'>"
            f"<button>查找 Find</button></form><p>共 {total} 部手机 phones</p><ul>{rows}</ul>",
        )

    def _newest(self, wanted: str) -> list[Phone]:
        phones = (
            phone
            for phone in self._world.ledger.phones.values()
            if phone.messages and (not wanted or _holds(phone, wanted))
        )
        return heapq.nlargest(PAGE_SIZE, phones, key=lambda phone: phone.messages[-1].at)

    def _phone(self, address: str, taken: str) -> Response:
        phone = self._world.ledger.phones.get(address) or Phone(address)
        bubbles = "".join(_bubble(message) for message in phone.messages[-40:]) or (
            "<p class=note>还没有消息。 No messages yet.</p>"
        )
        note = {
            "1": "<p class=note role=status>已发出，系统已接收。 Sent and taken.</p>",
            "0": "<p class=note role=alert>系统没有接收。 The application did not take it.</p>",
        }.get(taken, "")
        return _page(
            escape(address),
            f"{note}<div class=screen>{bubbles}</div>{_controls(phone)}",
        )

    def _scanning(self, ticket: str) -> Response:
        """What a phone's camera leads to: which WeChat account is it that scans?"""
        if ticket not in self._world.scenes:
            return _page("二维码 QR code", "<p class=note>没有此码。 No such code.</p>", 404)
        return _page(
            "二维码 QR code",
            f"<form class=row method=post action='/qr/{quote(ticket, safe='')}'>"
            "<input name=openid required maxlength=64 aria-label=openid placeholder=openid>"
            "<button>扫描 Scan</button></form>",
        )

    async def _scan(self, ticket: str, openid: str) -> Response:
        if not OPENID.fullmatch(openid):
            return _page("二维码 QR code", "<p class=note>openid?</p>", 400)
        taken = await self._world.scan(openid, ticket)
        back = f"/phones/{quote(openid, safe='')}?{urlencode({'taken': int(taken)})}"
        return Response(b"", 303, location=back)

    async def _tap(self, request: Request, address: str, act: str) -> Response:
        taken = await self._act(address, act, request.form())
        if taken is None:
            return _page("没有此页 Not found", "<p>没有此操作。 No such act.</p>", 404)
        back = f"/phones/{quote(address, safe='')}?{urlencode({'taken': int(taken)})}"
        return Response(b"", 303, location=back)

    async def _act(self, address: str, act: str, given: dict[str, str]) -> bool | None:
        """What the person did, and whether the application took it; None: there is no such act."""
        phone = self._world.ledger.phones.get(address) or Phone(address)
        if act == "answer" and given.get("text", "").strip():
            sender = next((m.sender for m in reversed(phone.messages) if m.sender), "")
            return await self._world.say(address, given["text"][:MAX_TEXT], to=sender)
        if act == "follow" and phone.channel == "wechat":
            return await self._world.follow(address, follows=given.get("follows") == "1")
        if act == "position" and phone.channel == "wechat":
            return await self._world.share_position(address, *_position(given))
        return None

    def _knobs(self, request: Request) -> Response:
        knobs = self._world.knobs.as_dict()
        if "text/html" not in request.header("accept"):
            return json_response(knobs)
        fields = "".join(_knob(name, value) for name, value in knobs.items())
        return _page(
            "旋钮 Knobs",
            f"<form method=post>{fields}<button>设定 Set</button></form>",
        )


def _holds(phone: Phone, wanted: str) -> bool:
    return wanted in phone.address or any(wanted in message.text for message in phone.messages)


def _row(phone: Phone) -> str:
    last = phone.messages[-1]
    name = "短信 SMS" if phone.channel == "sms" else "微信 WeChat"
    return (
        f"<li><a class=phone href='/phones/{quote(phone.address, safe='')}'>"
        f"<strong>{escape(phone.address)}</strong> <small>{name} · {_clock(last.at)} · "
        f"{len(phone.messages)}</small><p>{escape(last.text)}</p></a></li>"
    )


def _bubble(message: Message) -> str:
    text = escape(message.text)
    if message.link.startswith(("http://", "https://")):
        link = escape(message.link, quote=True)
        text = text.replace(escape(message.link), "") + (
            f"<br><a href='{link}' rel=noreferrer>报平安页面 check-in page</a>"
        )
    mine = " mine" if message.inbound else ""
    status = "" if message.inbound else f" · {escape(message.status)}"
    return f"<div class='bubble{mine}'>{text}<br><small>{_clock(message.at)}{status}</small></div>"


def _controls(phone: Phone) -> str:
    base = f"/phones/{quote(phone.address, safe='')}"
    taps = "".join(
        f"<form method=post action='{base}/answer'><input type=hidden name=text value={value}>"
        f"<button style='width:100%' {'class=help' if value == '2' else ''}>{label}</button></form>"
        for value, label in BUTTONS
    )
    typed = (
        f"<form class=row method=post action='{base}/answer'><input name=text required "
        f"maxlength={MAX_TEXT} aria-label='文字 text' placeholder='文字 text'>"
        "<button>发送 Send</button></form>"
    )
    return f"<div class=buttons>{taps}</div>{typed}{_wechat_controls(phone, base)}"


def _wechat_controls(phone: Phone, base: str) -> str:
    if phone.channel != "wechat":
        return ""
    follows, label = ("0", "取消关注 Unfollow") if phone.follows else ("1", "关注 Follow")
    return (
        f"<form class=row method=post action='{base}/position'>"
        "<input name=latitude inputmode=decimal value=-17.74 aria-label='纬度 latitude'>"
        "<input name=longitude inputmode=decimal value=168.31 aria-label='经度 longitude'>"
        "<button>发位置 Position</button></form>"
        f"<form method=post action='{base}/follow'><input type=hidden name=follows "
        f"value={follows}><button>{label}</button></form>"
    )


def _knob(name: str, value: object) -> str:
    label = f"{KNOB_LABELS[name]} <small>{name}</small>"
    if isinstance(value, bool):
        options = "".join(
            f"<option value={int(choice)}{' selected' if choice == value else ''}>{text}</option>"
            for choice, text in ((True, "开 on"), (False, "关 off"))
        )
        return f"<label>{label}<select name={name}>{options}</select></label>"
    return f"<label>{label}<input name={name} value='{escape(str(value), quote=True)}'></label>"


def _position(given: dict[str, str]) -> tuple[float, float]:
    try:
        return float(given.get("latitude", "0")), float(given.get("longitude", "0"))
    except ValueError:
        return 0.0, 0.0


def _clock(at: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(at))


def _page(title: str, body: str, status: int = 200) -> Response:
    html = (
        "<!doctype html><html lang=zh-Hans><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width,initial-scale=1'>"
        f"<title>{title} · 网关仿真 Gateway emulator</title><style>{STYLE}</style>"
        "<div class=drill>演练设备，不连真实网络 Drill equipment, no real network</div>"
        "<header><a href=/phones>手机 Phones</a><a href=/knobs>旋钮 Knobs</a>"
        f"<a href=/stats>计数 Counts</a></header><main><h1>{title}</h1>{body}</main></html>"
    )
    return Response(html.encode(), status, HTML)
