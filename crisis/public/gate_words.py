"""The words of the gate page's script, in the language that is active: it works without a network,
so it has to have them all."""

from typing import Any

from django.utils.translation import gettext as _

from crisis.boarding.states import RefusalReason, ScanKind
from crisis.evacuation.labels import NEEDS
from crisis.transports.states import PlaceClass
from registry.models import DocumentKind, Sex


def gate_words() -> dict[str, Any]:
    """`{n}` and the like are filled in by the script."""
    return {
        "kinds": _choices(ScanKind),
        "reasons": _choices(RefusalReason),
        "places": _choices(PlaceClass),
        "sexes": _choices(Sex),
        "documents": _choices(DocumentKind),
        "needs": {code: str(word) for code, word in NEEDS.items()},
        "fields": {
            "document": _("证件"),
            "birth": _("出生"),
            "nation": _("国籍"),
            "place": _("席位"),
            "needs": _("需要"),
            "position": _("序号"),
        },
        "sums": {
            "listed": _("应到"),
            "boarded": _("已登乘"),
            "left": _("未登乘"),
            "refused": _("未予登乘"),
            "off": _("离乘"),
            "strangers": _("未列名登乘"),
        },
        "checks": _checks(),
        "notices": _notices(),
        "said": _said(),
        "zone": _zone(),
    }


def _choices(choices: Any) -> dict[str, str]:
    return {value: str(label) for value, label in choices.choices}


def _checks() -> dict[str, str]:
    """What to look at, by the codes of crisis.boarding.checks."""
    return {
        "unreadable": _("此人信息已按规定删除：核对证件，问撤离组"),
        "no_document": _("没有登记证件号码：核对护照或旅行证"),
        "document_expired": _("登记的证件已过期：须有新证件或旅行证"),
        "document_short": _("证件有效期不足六个月：目的地可能不准入境"),
        "minor_alone": _("未成年人，同行组中无成年人同乘：确认监护人和接应人"),
        "wheelchair": _("轮椅：安排协助上下"),
        "stretcher": _("担架：确认陪护人员"),
        "place_differs": _("席位类别与需要不符：与承运人确认"),
        "lap": _("婴儿怀抱：确认由成年人抱乘"),
        "lap_too_old": _("已满两岁，不能怀抱：须有座位"),
        "oxygen": _("吸氧：承运人须同意"),
        "pregnant": _("孕妇：承运人可能要求适航证明"),
    }


def _notices() -> dict[str, str]:
    return {
        "revoked": _("此数据包已被收回，名单已从本机删除。未发出的记录仍会发出，由撤离组确认。"),
        "expired": _("此数据包已过期，名单已从本机删除。未发出的记录仍会发出。"),
        "cancelled": _("这一班已取消，停止登乘。"),
        "stale": _(
            "名单已有第 {version} 版，本机是旧版：这一班新增 {added} 人，减少 {removed} 人。"
            "请向撤离组领取新数据包。"
        ),
        "unknown": _("服务器不认这个数据包了，记录仍留在本机。请联系撤离组。"),
        "refused": _("有 {n} 条记录服务器不能用，请联系撤离组。"),
        "held": _("有 {n} 条记录要由撤离组确认后才算数。"),
    }


def _said() -> dict[str, str]:
    return {
        "wrong": _("链接或口令不对。"),
        "no_network": _("没有网络。第一次打开数据包需要网络。"),
        "no_store": _("这个浏览器不能保存加密数据，请换用手机自带的浏览器，不要用隐私模式。"),
        "opening": _("正在打开…"),
        "online": _("已连网"),
        "offline": _("无网络"),
        "waiting": _("{n} 条待发"),
        "all_sent": _("全部已发出"),
        "until": _("有效至 {at}"),
        "version": _("名单第 {n} 版"),
        "pack": _("数据包 {id} · 有效至 {at}"),
        "pack_over": _("数据包 {id} · 已过期，{n} 条待发"),
        "not_listed": _("不在本班名单上"),
        "unknown_code": _("此码不在本班名单上：可能是别的班次，或者不是我们的码。"),
        "bad_zone": _("机读区中“{part}”与其校验位不符，请对照证件再输一次。"),
        "differs": _("机读区与名单不一致：{what}"),
        "near": _("没有完全相符的。相近的有："),
        "several": _("找到 {n} 人，请选择："),
        "already": _("已登乘（{at}）"),
        "stands": _("{state}（{at}）"),
        "recorded": _("已记录：{who}，{state}"),
        "party": _("同行 {n} 人，尚有 {left} 人未登乘"),
        "party_whole": _("同行 {n} 人均已登乘"),
        "party_alone": _("无同行人"),
        "rest": _("其余 {n} 人记为未到"),
        "rest_done": _("已将 {n} 人记为未到。"),
        "type_number": _("请输入人数 {n} 以确认。"),
        "reason_needed": _("请选择原因。"),
        "name_needed": _("请写明姓名或证件号码。"),
        "kept": _("还有 {n} 条未发出，不能删除。"),
        "no_camera": _("打不开摄像头。可以拍照读码，或输入证件号码。"),
        "no_code": _("图片里没有读到码。"),
        "looking": _("对准二维码…"),
    }


def _zone() -> dict[str, str]:
    return {
        "number": _("证件号码"),
        "birth": _("出生日期"),
        "expiry": _("证件有效期至"),
        "whole": _("整行校验"),
        "name": _("姓名"),
    }
