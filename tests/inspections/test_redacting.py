"""Names taken out of what people wrote: what is found, and what is left alone."""

import pytest

from app.inspections.redacting import called, redacted

WORKS = "铜梁甲子机械制造有限公司"
AREAS = ("重庆市", "铜梁区", "土桥镇")
PERSONS = ("赵小燕", "赵小燕子", "钱")


@pytest.mark.parametrize(
    ("written", "left"),
    [
        (f"{WORKS}打磨间未设泄爆口", "某企业打磨间未设泄爆口"),
        ("甲子机械制造的除尘器，甲子厂自己改的", "某企业的除尘器，某企业厂自己改的"),
        ("赵小燕说已报修，赵小燕子没签字", "某人说已报修，某人没签字"),
        ("电话13800001234、138 0000 1234，座机023-45678901", "电话某号码、某号码，座机某号码"),
        ("证号500224199001011234，车牌渝C12345", "证号某号码，车牌某号码"),
        ("信用代码91350100M000100Y43", "信用代码某号码"),
        ("问王师傅，老李和小张都说不晓得，陈总在外地", "问某师傅，老某和小某都说不晓得，某总在外地"),
        ("焊工证过期，特种作业没有证", "焊工证过期，特种作业没有证"),
        ("高工位积尘厚，金工车间通道堵", "高工位积尘厚，金工车间通道堵"),
        ("设计1吨存了3吨，压力0.18MPa，编号20231123", "设计1吨存了3吨，压力0.18MPa，编号20231123"),
        ("老化的电线，小型气瓶", "老化的电线，小型气瓶"),
        ("钱没投入", "钱没投入"),  # one character is no name that could be told from a word
    ],
)
def test_names_are_taken_out_and_nothing_else(written: str, left: str) -> None:
    assert redacted(written, called(WORKS, AREAS), PERSONS) == left


@pytest.mark.parametrize(
    ("name", "brand"),
    [
        (WORKS, "甲子"),
        ("重庆市铜梁区土桥镇恒达食品厂", "恒达"),
        ("土桥李记豆腐作坊", "李记豆腐"),
        ("铜梁", "铜梁"),
    ],
)
def test_an_enterprise_is_called_by_what_is_its_own(name: str, brand: str) -> None:
    names = called(name, AREAS)
    assert {name, brand} <= names
    assert not names & {"重庆市", "铜梁区", "有限公司", "机械制造", "食品"}
