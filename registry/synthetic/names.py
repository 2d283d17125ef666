"""Made-up names: Han characters with the spelling their passport would bear."""

from random import Random

# Pinyin as in a Chinese passport: capitals, ü written YU after L and N.
_SURNAMES = (
    "王WANG 李LI 张ZHANG 刘LIU 陈CHEN 杨YANG 赵ZHAO 黄HUANG 周ZHOU 吴WU 徐XU 孙SUN 胡HU 朱ZHU "
    "高GAO 林LIN 何HE 郭GUO 马MA 罗LUO 梁LIANG 宋SONG 郑ZHENG 谢XIE 韩HAN 唐TANG 冯FENG 于YU "
    "董DONG 萧XIAO 程CHENG 曹CAO 袁YUAN 邓DENG 许XU 傅FU 沈SHEN 曾ZENG 彭PENG 吕LYU 苏SU 卢LU "
    "蒋JIANG 蔡CAI 贾JIA 丁DING 魏WEI 薛XUE 叶YE 阎YAN 余YU 潘PAN 杜DU 戴DAI 夏XIA 钟ZHONG "
    "汪WANG 田TIAN 任REN 姜JIANG 范FAN 方FANG 石SHI 姚YAO 谭TAN 廖LIAO 邹ZOU 熊XIONG 金JIN "
    "陆LU 郝HAO 孔KONG 白BAI 崔CUI 康KANG 毛MAO 邱QIU 秦QIN 江JIANG 史SHI 顾GU 侯HOU 邵SHAO"
)
_MALE = (
    "伟WEI 强QIANG 磊LEI 军JUN 洋YANG 勇YONG 杰JIE 涛TAO 明MING 超CHAO 刚GANG 平PING 辉HUI "
    "鹏PENG 华HUA 飞FEI 鑫XIN 波BO 斌BIN 宇YU 浩HAO 凯KAI 健JIAN 俊JUN 帆FAN 帅SHUAI 旭XU "
    "宁NING 龙LONG 林LIN 阳YANG 建JIAN 亮LIANG 成CHENG 博BO 诚CHENG 子ZI 轩XUAN 宏HONG 志ZHI "
    "峰FENG 天TIAN 东DONG 海HAI 国GUO 文WEN 安AN 晨CHEN 远YUAN 航HANG"
)
_FEMALE = (
    "芳FANG 娜NA 敏MIN 静JING 丽LI 艳YAN 娟JUAN 霞XIA 燕YAN 玲LING 桂GUI 丹DAN 萍PING 红HONG "
    "玉YU 兰LAN 梅MEI 洁JIE 雪XUE 慧HUI 婷TING 莉LI 颖YING 琳LIN 欣XIN 怡YI 佳JIA 倩QIAN "
    "雨YU 悦YUE 梦MENG 瑶YAO 琪QI 晓XIAO 云YUN 月YUE 春CHUN 秀XIU 英YING 淑SHU 雯WEN 蕾LEI "
    "诗SHI 涵HAN 思SI 彤TONG 宁NING 安AN 晨CHEN 舒SHU"
)
_FOREIGN = {
    "M": "JOHN DAVID MICHAEL PAUL PETER JAMES DANIEL THOMAS SAMUEL JOSEPH MARK ANDREW".split(),  # noqa: SIM905
    "F": "MARY ANNA SARAH MARIA HELEN LAURA EMILY RUTH JULIA NADIA LENA CLARA".split(),  # noqa: SIM905
}
_FAMILIES = "MARTIN TARI SMITH KALO BROWN SILVA COSTA WILSON MOLI TAYLOR NGUYEN SATO RAI".split()  # noqa: SIM905

# (name as shown, spelling in the document: SURNAME/GIVEN)
Name = tuple[str, str]


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(word[0], word[1:]) for word in text.split()]


SURNAMES = _pairs(_SURNAMES)
GIVEN = {"M": _pairs(_MALE), "F": _pairs(_FEMALE)}


def surname(rng: Random) -> tuple[str, str]:
    """The earlier in the list, the more common, as in life."""
    return SURNAMES[min(int(rng.expovariate(1 / 22)), len(SURNAMES) - 1)]


def chinese_name(rng: Random, sex: str, family: tuple[str, str]) -> Name:
    given = [rng.choice(GIVEN[sex]) for _ in range(1 if rng.random() < 0.2 else 2)]
    shown = family[0] + "".join(han for han, _ in given)
    return shown, f"{family[1]}/{''.join(spelled for _, spelled in given)}"


def foreign_name(rng: Random, sex: str) -> Name:
    family, given = rng.choice(_FAMILIES), rng.choice(_FOREIGN[sex])
    return f"{given.title()} {family.title()}", f"{family}/{given}"
