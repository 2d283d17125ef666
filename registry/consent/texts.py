"""The wordings that people agree to, versioned, in Chinese and English.

A published wording is never edited: whoever agreed, agreed to exactly these words. A new wording
is a new version behind the old one; the last of each purpose is the one shown today. Each says
for what, what, how long and how to withdraw (个人信息保护法 第十七条). Health and position are
asked for apart from everything else (第二十八、二十九条); for a child under fourteen the guardian
agrees (第三十一条).
"""

from dataclasses import dataclass

from registry.models import ConsentPurpose

GUARDIAN_UNDER = 14
"""Years of age below which a guardian agrees (个人信息保护法 第三十一条)."""


@dataclass(frozen=True)
class Words:
    """One wording in one language; `agree` is the sentence beside the box that is ticked."""

    agree: str
    purpose: str
    what: str
    kept: str
    withdraw: str


@dataclass(frozen=True)
class Wording:
    """One published version of what a purpose asks for."""

    version: str
    zh: Words
    en: Words

    def words(self, language: str) -> Words:
        """Chinese for any language beginning with zh, else English."""
        return self.zh if language.lower().startswith("zh") else self.en


_REGISTRY = Wording(
    version="registry-1",
    zh=Words(
        agree="我同意为应急联系而登记以上信息。",
        purpose="当地发生灾害、战乱等突发事件时，找到您、提醒您、确认您平安，需要时协助您撤离。"
        "由外交部及您所在国的中国使领馆使用，不作他用；使领馆人员在境外查看。",
        what="姓名、性别、出生日期、国籍、证件、联系方式、住址、紧急联系人，以及您自愿填写的保险和离境障碍。"
        "证件号码、电话和住址加密保存，每次查看都有记录。",
        kept="登记期间保存，每年请您确认一次。退出登记后，按公布的保存期限删除或去标识化；"
        "正在处理的突发事件仍需要的，在事件结束后删除。",
        withdraw="随时可在“我的登记”页撤回同意并退出，或拨打领事保护热线。撤回前已做的事仍有效。"
        "发生突发事件时，法律允许为保护生命而使用已有信息。",
    ),
    en=Words(
        agree="I agree that the information above is registered for contact in an emergency.",
        purpose="To find you, warn you, learn that you are safe and help you leave when a disaster "
        "or conflict strikes where you are. Used by the Ministry of Foreign Affairs and the "
        "Chinese embassy or consulate in your country, whose staff read it abroad; for nothing "
        "else.",
        what="Name, sex, birth date, nationality, document, contacts, address, emergency contacts, "
        "and what you choose to add about insurance and obstacles to leaving. Document number, "
        "phones and address are stored encrypted; each look at them is recorded.",
        kept="As long as you are registered; we ask you to confirm once a year. After you leave, "
        "it is erased or anonymised within the published time; what an incident under way still "
        "needs, once it is over.",
        withdraw="At any time on «My registration», where you can leave, or by calling the "
        "consular hotline. What was done before stays lawful. In an emergency the law allows "
        "what is known to be used to protect life.",
    ),
)
_HEALTH = Wording(
    version="health-1",
    zh=Words(
        agree="我单独同意登记健康信息。",
        purpose="撤离时安排合适的座位、氧气、轮椅或医护，受伤时告知救治人员。不填不影响登记和协助。",
        what="特殊需要、血型、预产期和健康说明，属于敏感个人信息，加密保存。"
        "只有处理您个案和撤离的领事官员可以看到。",
        kept="登记期间保存；撤回同意时立即删除，退出登记的随登记一同删除。已封存的撤离名单除外，按其期限保存。",
        withdraw="随时可在“我的登记”页单独撤回，其他登记不受影响。",
    ),
    en=Words(
        agree="I separately agree that health information is registered.",
        purpose="To arrange the right seat, oxygen, a wheelchair or medical care in an evacuation, "
        "and to tell those who treat you. Leaving it out changes nothing else.",
        what="Needs, blood type, due date and a note on health: sensitive personal information, "
        "stored encrypted, seen only by consular officers who handle your case or an evacuation.",
        kept="As long as you are registered; erased at once when you withdraw, and with everything "
        "else when you leave. A sealed evacuation manifest keeps what it holds for its own time.",
        withdraw="At any time and by itself on «My registration»; the rest stays as it is.",
    ),
)
_POSITION = Wording(
    version="position-1",
    zh=Words(
        agree="我单独同意在我主动分享时使用我的位置。",
        purpose="判断您是否在受影响区域内，并告诉救援人员到哪里找您。",
        what="您按下“分享位置”那一刻的经纬度、精度和时间；只留最近一次，不记录行踪。属于敏感个人信息。",
        kept="七十二小时内用于判断，之后按公布的保存期限删除。",
        withdraw="不分享即可；随时可在“我的登记”页撤回，已有位置立即删除。",
    ),
    en=Words(
        agree="I separately agree that my position is used when I share it.",
        purpose="To know whether you are in an affected area and where to look for you.",
        what="Latitude, longitude, accuracy and time of the moment you press «share»; only the "
        "newest is kept, no track. This is sensitive personal information.",
        kept="It counts for 72 hours and is then erased within the published time.",
        withdraw="By not sharing; or on «My registration» at any time, which erases it at once.",
    ),
)
_WECHAT = Wording(
    version="wechat-1",
    zh=Words(
        agree="我同意通过微信公众号接收告警并答复。",
        purpose="短信不通时，用微信向您发送告警、接收您的答复。",
        what="微信给本公众号的用户编号（openid），加密保存；不读取您的微信号、头像、好友或聊天。",
        kept="绑定期间保存，解除绑定或退出登记时删除。",
        withdraw="在“我的登记”页解除绑定，或取消关注公众号。",
    ),
    en=Words(
        agree="I agree to get alerts and to answer through the WeChat account.",
        purpose="To send you alerts and hear your answer by WeChat where SMS does not get through.",
        what="The id that WeChat gives this account for you (openid), stored encrypted; not your "
        "WeChat name, picture, friends or chats.",
        kept="While it is bound; erased when you unbind it or leave.",
        withdraw="Unbind it on «My registration», or unfollow the account.",
    ),
)
_TRACING = Wording(
    version="tracing-1",
    zh=Words(
        agree="我同意把我的平安状况告知来询问的亲属。",
        purpose="突发事件中亲属向使领馆或热线寻人时，由领事官员答复。",
        what="只告知是否已联系上、是否平安；不告知住址、电话、位置或健康信息。",
        kept="登记期间有效。",
        withdraw="随时可在“我的登记”页撤回；撤回后只答复“无法告知”。",
    ),
    en=Words(
        agree="I agree that relatives who ask are told how I am.",
        purpose="For an officer to answer relatives who ask after you in an emergency.",
        what="Only whether you were reached and whether you are safe; never your address, phone, "
        "position or health.",
        kept="As long as you are registered.",
        withdraw="At any time on «My registration»; after that the answer is «we cannot say».",
    ),
)
_PARTNERS = Wording(
    version="partners-1",
    zh=Words(
        agree="我单独同意把我的姓名和平安状况提供给从事灾害寻人的机构。",
        purpose="突发事件中亲友向红十字会等寻人机构打听时，由该机构代为查找和答复。机构可能在境外。",
        what="只提供姓名及其拼写、性别、大致年龄、是否已联系上或平安；不提供证件、住址、电话、位置或健康信息。"
        "未满十四周岁儿童的信息不提供。",
        kept="提供给机构的每条信息六十天后到期，机构应当删除。",
        withdraw="随时可在“我的登记”页撤回；撤回后不再提供，已提供的到期删除。",
    ),
    en=Words(
        agree="I separately agree that my name and how I am are given to organisations that trace "
        "people after disasters.",
        purpose="For friends and relatives who ask the Red Cross or another tracing organisation, "
        "which looks and answers in its own name and may be abroad.",
        what="Only your name and its spelling, sex, approximate age, and whether you were reached "
        "or are safe; never your document, address, phone, position or health. Nothing of "
        "children under fourteen.",
        kept="What an organisation is given expires after sixty days, and it has to erase it.",
        withdraw="At any time on «My registration»; nothing is given after that, and what was "
        "given expires.",
    ),
)
_GUARDIAN = Wording(
    version="guardian-1",
    zh=Words(
        agree="我是该未满十四周岁儿童的父母或其他监护人，同意为其登记。",
        purpose="突发事件中与家人一同找到、联系和撤离该儿童。",
        what="儿童的姓名、性别、出生日期、国籍和证件；通过监护人的联系方式联系。属于敏感个人信息，加密规则同上。",
        kept="与监护人的登记一同保存；撤回同意或退出登记后，按公布的保存期限删除。",
        withdraw="监护人随时可在“我的家人”页撤回，该儿童即退出登记。",
    ),
    en=Words(
        agree="I am a parent or other guardian of this child under fourteen and agree to the "
        "registration.",
        purpose="To find, reach and bring out the child together with the family.",
        what="The child's name, sex, birth date, nationality and document; contact goes through "
        "the guardian. This is sensitive personal information, protected as above.",
        kept="Together with the guardian's registration; erased within the published time after "
        "consent is withdrawn or the registration is left.",
        withdraw="The guardian can withdraw at any time on «My family»; the child then leaves the "
        "registry.",
    ),
)

_FAMILY = Wording(
    version="family-1",
    zh=Words(
        agree="我同意在我随撤离行动抵达后，用短信告知我的紧急联系人。",
        purpose="让家人及早知道您已离开危险地区。",
        what="只告知姓氏、已离开危险地区和抵达的国家或地区；不告知地点、健康或其他情况。",
        kept="登记期间有效；每次撤离只告知一次。",
        withdraw="随时可在“我的登记”页撤回，或在登乘、安置时告诉领事官员；撤回后不再告知。",
    ),
    en=Words(
        agree="I agree that my emergency contacts are told by SMS when I arrive in an evacuation.",
        purpose="For your family to know early that you have left the danger area.",
        what="Only your surname, that you have left the danger area, and the country in which you "
        "arrived; no place, nothing on your health or anything else.",
        kept="As long as you are registered; they are told once in an evacuation.",
        withdraw="At any time on «My registration», or by telling a consular officer when you "
        "board or arrive; after that nobody is told.",
    ),
)

ROSTER = Wording(
    version="roster-1",
    zh=Words(
        agree="我声明：名册所列各人已知情并同意登记；健康信息已取得其单独同意；"
        "未满十四周岁者已取得其父母或其他监护人同意。",
        purpose="由单位、学校或联络员代为登记，用于应急时找到、提醒、确认和协助名册所列各人。",
        what="名册所列的姓名、性别、出生日期、国籍、证件、联系方式、所在地、行程、紧急联系人和特殊需要。"
        "上传的文件加密保存，数日后删除。",
        kept="与各人自行登记的相同。",
        withdraw="名册所列各人可随时用自己的手机进入“我的登记”更正、撤回同意或退出。",
    ),
    en=Words(
        agree="I state that everybody on this roster knows of it and agrees to be registered, "
        "separately so for health information, and for children under fourteen their parent or "
        "other guardian.",
        purpose="Registration by a company, a school or a liaison: to find, warn, hear from and "
        "help the people on the roster in an emergency.",
        what="Name, sex, birth date, nationality, document, contacts, place, trip, emergency "
        "contacts and needs as the roster has them. The file is stored encrypted and deleted "
        "after some days.",
        kept="As for those who register themselves.",
        withdraw="Everybody on the roster can correct, withdraw or leave on «My registration» with "
        "their own phone, at any time.",
    ),
)
"""What whoever uploads a roster states for the people on it, whatever the purpose."""

WORDINGS: dict[str, tuple[Wording, ...]] = {
    ConsentPurpose.REGISTRY: (ROSTER, _REGISTRY),
    ConsentPurpose.HEALTH: (ROSTER, _HEALTH),
    ConsentPurpose.POSITION: (_POSITION,),
    ConsentPurpose.WECHAT: (_WECHAT,),
    ConsentPurpose.TRACING: (_TRACING,),
    ConsentPurpose.PARTNERS: (_PARTNERS,),
    ConsentPurpose.GUARDIAN: (ROSTER, _GUARDIAN),
    ConsentPurpose.FAMILY: (_FAMILY,),
}


def current_wording(purpose: str) -> Wording:
    """What is shown for this purpose today."""
    return WORDINGS[purpose][-1]


def wording(purpose: str, version: str) -> Wording | None:
    """The words of a version that was once shown; None for one that never was."""
    return next((w for w in WORDINGS[purpose] if w.version == version), None)
