"""The words that findings are sorted and described by, each with its Chinese title."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class ListName(StrEnum):
    """Where a finding ends: on the hazard list, on the risk list, on neither, or still with the person who decides."""

    HAZARD = "hazard"
    RISK = "risk"
    NONE = "none"
    PENDING = "pending"


class Method(StrEnum):
    """What decided: the reporter's word, a statutory criterion, an abnormal control measure, or the finding's text."""

    DECLARED = "declared"
    CRITERION = "criterion"
    CHECKLIST = "checklist"
    TEXT = "text"


class Level(StrEnum):
    """Level of a hazard; major (重大事故隐患) also while that is only possible and not yet confirmed."""

    GENERAL = "general"
    MAJOR = "major"


class Sector(StrEnum):
    """The trade of an enterprise. The first eight are 工贸, to which 应急管理部令第10号 applies."""

    METALLURGY = "metallurgy"
    NONFERROUS = "nonferrous"
    BUILDING_MATERIALS = "building_materials"
    MACHINERY = "machinery"
    LIGHT_INDUSTRY = "light_industry"
    TEXTILE = "textile"
    TOBACCO = "tobacco"
    COMMERCE = "commerce"
    CHEMICAL = "chemical"
    FIREWORKS = "fireworks"
    CONSTRUCTION = "construction"
    TRANSPORT = "transport"
    GAS = "gas"
    OTHER = "other"


INDUSTRY: Final = tuple(Sector)[:8]


class SpecialCategory(StrEnum):
    """四涉一有限一使用: what makes a works special whatever its trade."""

    DUST_EXPLOSION = "dust_explosion"
    AMMONIA_REFRIGERATION = "ammonia_refrigeration"
    MOLTEN_METAL = "molten_metal"
    METALLURGICAL_GAS = "metallurgical_gas"
    CONFINED_SPACE = "confined_space"
    HAZARDOUS_CHEMICALS = "hazardous_chemicals"


class Factor(StrEnum):
    """The four kinds of hazardous and harmful factors of GB/T 13861."""

    HUMAN = "human"
    OBJECT = "object"
    ENVIRONMENT = "environment"
    MANAGEMENT = "management"


class Discipline(StrEnum):
    """Whose trade a hazard is."""

    SAFETY = "safety"
    PROCESS = "process"
    ELECTRICAL = "electrical"
    INSTRUMENT = "instrument"
    FIRE = "fire"
    LAYOUT = "layout"
    EQUIPMENT = "equipment"
    OTHER = "other"


# By enumeration first: words such as "other" belong to several.
TITLES: Final[Mapping[type[StrEnum], Mapping[str, str]]] = {
    ListName: {"hazard": "隐患清单", "risk": "风险清单", "none": "不列入清单", "pending": "待分拣"},
    Method: {"declared": "上报人判定", "criterion": "判定标准", "checklist": "排查清单", "text": "文字识别"},
    Level: {"general": "一般隐患", "major": "重大隐患"},
    Sector: {
        "metallurgy": "冶金",
        "nonferrous": "有色",
        "building_materials": "建材",
        "machinery": "机械",
        "light_industry": "轻工",
        "textile": "纺织",
        "tobacco": "烟草",
        "commerce": "商贸",
        "chemical": "化工和危险化学品",
        "fireworks": "烟花爆竹",
        "construction": "建筑施工",
        "transport": "交通运输",
        "gas": "燃气",
        "other": "其他",
    },
    SpecialCategory: {
        "dust_explosion": "涉爆粉尘",
        "ammonia_refrigeration": "涉氨制冷",
        "molten_metal": "涉高温熔融金属",
        "metallurgical_gas": "涉冶金煤气",
        "confined_space": "有限空间作业",
        "hazardous_chemicals": "危险化学品使用",
    },
    Factor: {"human": "人的因素", "object": "物的因素", "environment": "环境因素", "management": "管理因素"},
    Discipline: {
        "safety": "安全",
        "process": "工艺",
        "electrical": "电气",
        "instrument": "仪表",
        "fire": "消防",
        "layout": "总图",
        "equipment": "设备",
        "other": "其他",
    },
}


def title(word: StrEnum) -> str:
    """The Chinese title of one word."""
    return TITLES[type(word)][word]
