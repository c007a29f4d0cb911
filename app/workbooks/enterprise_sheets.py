"""The book of enterprises, and enterprises as its rows."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.foundation.geo import DATUM_TITLES, Datum
from app.foundation.wire import Short, Word
from app.people.enterprises import conditions
from app.people.models import Enterprise
from app.people.schemas import CreditCode, EnterpriseChoice, Phone
from app.people.scope import Caller, visible
from app.people.terms import TITLES, EnterpriseKind, EnterpriseStatus, Responsibility, Scale, StandardizationLevel
from app.sorting.terms import TITLES as SORTING_TITLES
from app.sorting.terms import Sector, SpecialCategory
from app.workbooks.books import Book, Column, Sheet
from app.workbooks.kinds import Ids, Number, Written, many_words, words
from app.workbooks.positions import PARTS as POSITION
from app.workbooks.positions import flat_position

SEATS: Final = {kind: TITLES[Responsibility][kind] for kind in Responsibility}

ENTERPRISE: Final = Sheet(
    "enterprises", "企业", main=True, also=("企业清单", "企业名单", "企业信息", "Sheet1"),
    columns=(
        Column("name", "企业名称", Written(Short), also=("单位名称", "名称", "企业（单位）名称"), required=True,
               width=30, example="铜梁永兴机械厂"),
        Column("kind", "类型", words(EnterpriseKind, TITLES[EnterpriseKind], 无证作坊="unregistered_site"),
               "空白为企业。无证场所没有信用代码，须有位置和负责人。", default=EnterpriseKind.ENTERPRISE),
        Column("credit_code", "统一社会信用代码", Written(CreditCode, "18 位，末位为校验码"),
               "企业必填；请把单元格设为文本。", also=("信用代码", "社会信用代码"), width=24,
               example="91500224MA5U8QJX4U"),
        Column("area", "所属区划", Written(Short, "12 位区划代码，或镇街、村社区的名称"), "填到镇街或村社区。",
               also=("区划代码", "区划", "所属镇街", "行政区划"), required=True, width=18, example="500151101201"),
        Column("address", "地址", Written(Short), also=("详细地址", "生产经营地址"), width=30,
               example="土桥镇工业路 12 号"),
        Column("status", "状态", words(EnterpriseStatus, TITLES[EnterpriseStatus]), "空白为在营。",
               also=("经营状态",), default=EnterpriseStatus.OPERATING),
        Column("sectors", "行业", many_words(Sector, SORTING_TITLES[Sector]), also=("所属行业", "行业类别"), width=18,
               example=(Sector.MACHINERY,)),
        Column("special_categories", "特殊类别", many_words(SpecialCategory, SORTING_TITLES[SpecialCategory]),
               "四涉一有限一使用。", also=("四涉一有限一使用",), width=20, example=(SpecialCategory.DUST_EXPLOSION,)),
        Column("scale", "规模", words(Scale, TITLES[Scale]), also=("企业规模",), example=Scale.SMALL),
        Column("standardization_level", "标准化等级", words(StandardizationLevel, TITLES[StandardizationLevel]),
               example=StandardizationLevel.THIRD),
        Column("lon", "经度", Number(float, -180, 180), width=12, example=106.05),
        Column("lat", "纬度", Number(float, -90, 90), width=12, example=29.84),
        Column("datum", "坐标系", words(Datum, DATUM_TITLES, **{d.upper(): d.value for d in Datum}, 微信="gcj02"),
               "有经纬度时必填。", width=16, example=Datum.GCJ02),
        Column("accuracy_m", "定位精度", Number(float, 0, 100_000), "单位米。", example=12),
        Column("in_charge", "负责人", Written(Word), also=("主要负责人", "法定代表人", "联系人"), example="张伟"),
        Column("in_charge_phone", "负责人电话", Written(Phone, "电话号码"), also=("联系电话", "电话"), width=16,
               example="13800000000"),
        *(column for kind, title in SEATS.items() for column in (
            Column(kind, title, Written(Word), "三个责任人之一。"),
            Column(f"{kind}_post", f"{title}职务", Written(Short)),
            Column(f"{kind}_phone", f"{title}电话", Written(Phone, "电话号码"), width=16),
        )),
        Column("engineer", "总工程师", Written(Word)),
        Column("engineer_phone", "总工程师电话", Written(Phone, "电话号码"), width=16),
        Column("partner", "互助企业", Written(Short, "信用代码，或系统编号"), "小微互助的另一家企业。", width=24),
        Column("id", "编号", Ids(), "导出时填写，请勿修改。", width=38, ours=True),
    ),
)  # fmt: skip
BOOK: Final = Book("enterprises", "企业清单", (ENTERPRISE,))
PLAIN: Final = (
    "name", "kind", "credit_code", "address", "status", "sectors", "special_categories", "scale",
    "standardization_level",
)  # fmt: skip
# Which columns a structured field of an enterprise is put together from.
PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "position": POSITION,
    "person_in_charge": ("in_charge", "in_charge_phone"),
    "responsible_persons": tuple(f"{kind}{part}" for kind in Responsibility for part in ("", "_post", "_phone")),
    "chief_engineer": ("engineer", "engineer_phone"),
    "area_code": ("area",),
    "partner_id": ("partner",),
    **{name: (name,) for name in PLAIN},
}


def gather(session: Session, caller: Caller, choice: EnterpriseChoice, limit: int) -> list[dict[str, Any]]:
    """Up to `limit` enterprises in scope as rows of the sheet, by name."""
    wanted = select(Enterprise).where(or_(*visible(caller, Enterprise)), *conditions(choice))
    found = session.scalars(wanted.order_by(Enterprise.name, Enterprise.id).limit(limit)).all()
    partners = {each.partner_id for each in found if each.partner_id}
    codes = dict(
        session.execute(select(Enterprise.id, Enterprise.credit_code).where(Enterprise.id.in_(partners))).all()
    )
    return [flat(each, codes) for each in found]


def flat(works: Enterprise, codes: Mapping[UUID, str | None]) -> dict[str, Any]:
    """An enterprise as a row; `codes` are the credit codes of partners."""
    row: dict[str, Any] = {name: getattr(works, name) for name in PLAIN}
    person, engineer = works.person_in_charge or {}, works.chief_engineer or {}
    row |= {"area": works.area_code, "id": works.id, "in_charge": person.get("name"), "engineer": engineer.get("name")}
    row |= {"in_charge_phone": person.get("phone"), "engineer_phone": engineer.get("phone")}
    three = {each["kind"]: each for each in works.responsible_persons}
    for kind in Responsibility:
        each = three.get(kind, {})
        row |= {kind: each.get("name"), f"{kind}_post": each.get("post"), f"{kind}_phone": each.get("phone")}
    partner = works.partner_id
    row["partner"] = None if partner is None else codes.get(partner) or str(partner)
    return row | flat_position(works.position)
