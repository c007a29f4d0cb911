"""How long it takes to print labels with codes, and the lists and cards of a post."""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from app.cards.sheets import DATA, PUBLIC
from app.foundation.printing import Code, Sheet, printed
from bench.pictures import Timed, timed

LABELS: Final = (10, 100, 500)
ADDRESS: Final = "https://aq.example.cn/scan/7K3M9PQR"
LINES: Final = ("先启动除尘系统，运行 10 分钟以上再打磨", "检查砂轮无裂纹、防护罩牢固", "站在砂轮侧面，均匀用力")


def measured(rounds: int) -> Iterator[Timed]:
    """Each sheet, one after the other: nothing else should run meanwhile."""
    for number in LABELS:
        yield timed(f"{number} labels", rounds, partial(printed, labels(number)))
    for risks in (6, 100):
        yield timed(f"a post with {risks} risks, 5 measures each", rounds, partial(printed, cards(risks)))


def labels(number: int) -> Sheet:
    """As many labels as are asked for."""
    made = [
        {
            "name": f"{each} 号打磨工位", "place": "打磨车间东侧", "kind": "风险点", "code": "7K3M-9PQR-2TVW",
            "qr": Code(f"{ADDRESS}{each:04}"),
        }
        for each in range(number)
    ]  # fmt: skip
    told = {"enterprise": "铜梁甲子机械制造有限公司", "labels": made, "part": 1, "parts": 1}
    return Sheet(DATA / "labels.typ", told, "二维码")


def cards(risks: int) -> Sheet:
    """The lists and cards of a post with so many risks."""
    measure = {"kind": "工程技术", "text": "除尘器箱体设置泄爆片，泄爆口朝向室外", "own": True, "holder": "打磨工"}
    risk: dict[str, Any] = {
        "where": "打磨车间 · 除尘系统", "event": "铝镁粉尘积聚，遇火花发生爆炸", "place": "打磨车间外", "colour": "red",
        "level": "红·重大", "control": "公司（厂）级", "now": "red", "now_level": "红·重大", "open": 1, "whole": True,
        "more": 0, "measures": [measure] * 5,
    }  # fmt: skip
    lines = [{"text": text} for text in LINES]
    told: dict[str, Any] = {
        "post": {"name": "打磨工", "department": "打磨车间", "retired": False}, "role": "岗位员工", "missing": [],
        "enterprise": {"name": "铜梁甲子机械制造有限公司"}, "version": "1-ed9fc3", "on": "2026-11-26",
        "code": "7K3M-9PQR-2TVW", "qr": Code(f"{ADDRESS}2TVW"), "risks": [risk] * risks, "left_out": 0,
        "public": PUBLIC, "duty_list": {"own": LINES}, "inspections": [], "keeps_left_out": 0,
        "keeps": [{"text": measure["text"], "check": "泄爆片完好", "cycle": "每 1 天"}] * risks,
        "operation_card": {"before_work": lines, "steps": LINES, "forbidden": LINES, "protective": lines},
        "emergency_card": {
            "events": ["粉尘爆炸"], "accident_types": [], "signs": LINES, "first_actions": LINES, "rescue": lines,
            "contacts": [{"title": "安全员", "name": "王敏", "phone": "10000000006"}],
        },
    }  # fmt: skip
    return Sheet(DATA / "cards.typ", told, "两单两卡")
