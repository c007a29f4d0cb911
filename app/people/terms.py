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
