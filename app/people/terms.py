"""The words that describe enterprises."""

from enum import StrEnum


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
