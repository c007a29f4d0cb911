"""The words that describe enterprises."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class EnterpriseKind(StrEnum):
    ENTERPRISE = "enterprise"
    UNREGISTERED_SITE = "unregistered_site"


class EnterpriseStatus(StrEnum):
    OPERATING = "operating"
    STOPPED = "stopped"
    CLOSED = "closed"
    MOVED = "moved"


class Responsibility(StrEnum):
    """三个责任人: of the local government, of the sector's regulator, of the enterprise itself."""

    ADMINISTRATIVE = "administrative"
    REGULATORY = "regulatory"
    ENTERPRISE = "enterprise"


class AreaLevel(StrEnum):
    """Level of an administrative division, by the length of its code."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"


class Scale(StrEnum):
    """统计上大中小微型企业划分."""

    LARGE = "large"
    MEDIUM = "medium"
    SMALL = "small"
    MICRO = "micro"


class StandardizationLevel(StrEnum):
    """企业安全生产标准化等级."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
    SMALL_MICRO = "small_micro"


TITLES: Final[Mapping[type[StrEnum], Mapping[str, str]]] = {
    EnterpriseKind: {"enterprise": "企业", "unregistered_site": "无证场所"},
    EnterpriseStatus: {"operating": "在营", "stopped": "停产停业", "closed": "关闭", "moved": "迁出"},
    Responsibility: {"administrative": "属地责任人", "regulatory": "监管责任人", "enterprise": "企业责任人"},
    AreaLevel: {"province": "省", "city": "市", "county": "区县", "town": "镇街", "village": "村社区"},
    Scale: {"large": "大型", "medium": "中型", "small": "小型", "micro": "微型"},
    StandardizationLevel: {"first": "一级", "second": "二级", "third": "三级", "small_micro": "小微"},
}
