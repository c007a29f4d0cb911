"""Taking names out of what people wrote. Pure.

What is known by name is found by name: the enterprise, whole and by the part that tells it from others, and everybody
whom the record names. Numbers that lead to a person or a works are found by their form, and persons whom the record
does not name where a title stands beside a common surname (王师傅, 老李). Names without either, and villages and
streets, are not found: what is exported is for those who may read it, and not for the public.
"""

import re
from collections.abc import Iterable
from typing import Final

WORKS, PERSON, NUMBER = "某企业", "某人", "某号码"
SHORTEST: Final = 2

_SURNAMES: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱林何郭罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁余蒋杜叶"
    "程魏苏吕丁沈任姚卢傅钟姜崔谭廖范汪陆"
)
_TITLES: Final = "师傅|总|工|经理|主任|书记|厂长|老板|队长|班长|科长|组长|会计|主管|站长|姐|哥|某"
_BESIDE_A_TITLE: Final = re.compile(rf"[{_SURNAMES}](?=(?:{_TITLES})(?![作业厂艺具程序种段位件期]))")
_BY_AGE: Final = re.compile(rf"(?<![\w])?([老小])[{_SURNAMES}](?![{_SURNAMES}\d])(?!家|庄|村|湾|沟|坝|场)")
_LEGAL: Final = re.compile(r"(?:股份|有限|责任|分)*公司$|厂$|经营部$|合作社$|商店$|店$|作坊$")
_TRADES: Final = re.compile(
    r"(?:机械|制造|五金|加工|配件|铸造|塑料|包装|家具|食品|服装|建材|化工|电子|科技|实业|工贸|商贸|木制品|钢结构|金属|制品)+$"
)
_NUMBERS: Final = re.compile(
    r"(?<!\d)(?:1[3-9]\d[ -]?\d{4}[ -]?\d{4}|0\d{2,3}-?\d{7,8}|\d{17}[\dXx])(?!\d)"
    r"|(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Z])"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·•]?[A-Z0-9]{5,6}(?![A-Z0-9])"
)


def redacted(text: str, works: Iterable[str], persons: Iterable[str]) -> str:
    """The text without these names of enterprises and persons, and without numbers that lead to one."""
    text = _NUMBERS.sub(NUMBER, text)
    text = _without(text, works, WORKS)
    text = _without(text, persons, PERSON)
    text = _BESIDE_A_TITLE.sub("某", text)
    return _BY_AGE.sub(r"\1某", text)


def _without(text: str, names: Iterable[str], instead: str) -> str:
    """The longest first, so that no part of one is left."""
    for name in sorted({each.strip() for each in names}, key=len, reverse=True):
        if len(name) >= SHORTEST:
            text = text.replace(name, instead)
    return text


def called(name: str, areas: Iterable[str]) -> set[str]:
    """What an enterprise is called: by its whole name, without the area that it begins with, without its legal form,
    and by what is its own. `areas` are the names of the areas that it lies in."""
    own = name
    known = {head for area in areas for head in (area, area.rstrip("省市区县镇乡"), area.removesuffix("街道"))}
    heads = sorted((each for each in known if len(each) >= SHORTEST), key=len, reverse=True)
    while head := next((each for each in heads if own.startswith(each) and len(own) > len(each)), None):
        own = own[len(head) :]
    short = _LEGAL.sub("", own)
    brand = _TRADES.sub("", short)
    return {each for each in (name, own, _LEGAL.sub("", name), short, brand) if len(each) >= SHORTEST}
