"""A set of criteria as a district might issue one, for a trade that no criterion of the release binds."""

from typing import Any
from uuid import uuid4


def a_set(mark: str = "", **more: Any) -> dict[str, Any]:
    """A set with two criteria; its name and codes are its own, so that tests share nothing."""
    mark = mark or uuid4().hex[:8]
    return {
        "name": f"T{mark}", "title": "仓储物流补充判定标准", "legal_source": "区安委〔2026〕1号",
        "applies_to": ["transport"],
        "effective_from": "2026-06-01", "verified_by": "李四，2026-11-01，对照公报",
        "criteria": [
            {"code": f"T{mark}-01", "item": 1, "text": "烟叶熏蒸杀虫作业期间未设置专人看守的"},
            {
                "code": f"T{mark}-02", "item": 2, "text": "自动化立体仓库未设置货位沉降监测装置的",
                "verified_by": None, "patterns": ["-货位沉降监测"],
            },
        ],
        "words": {
            "concepts": [{"name": "货位沉降监测", "kind": "thing", "words": ["货位沉降监测", "沉降监测"]}], "signs": {},
        },
    } | more  # fmt: skip


def criteria(told: dict[str, Any], *more: dict[str, Any]) -> dict[str, Any]:
    """The same set, each criterion with these changes."""
    return told | {"criteria": [each | change for each, change in zip(told["criteria"], more, strict=True)]}
