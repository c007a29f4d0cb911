"""The demo's data files: that they agree with each other, with the areas, and with the law's catalogue."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

import app.people
from app.demo.data import GENERAL, Enterprise, Finding, Hazard, Template, Township, fitting, read
from app.foundation.credit_code import is_credit_code
from app.people.scope import Role
from app.people.terms import EnterpriseKind
from app.sorting import accident_types
from app.sorting.criteria import MANAGEMENT
from app.sorting.sets import catalogue
from app.sorting.terms import Sector, SpecialCategory

LOGINS = {
    "worker", "team-leader", "department-head", "manager", "safety-officer", "inspector", "supervisor",
    "enforcement-officer", "expert", "administrator", "supervisor-pulv",
}  # fmt: skip
TUQIAO, PULV = "500151101", "500151004"
TOWNSHIP = read()
ENTERPRISES = {enterprise.key: enterprise for enterprise in TOWNSHIP.enterprises}
REGISTERED = [one for one in TOWNSHIP.enterprises if one.kind is EnterpriseKind.ENTERPRISE]
AREAS = {
    row["code"]: row["name"]
    for row in csv.DictReader((Path(app.people.__path__[0]) / "data" / "areas.csv").read_text("utf-8").splitlines())
}


def test_there_are_about_forty_enterprises_and_two_unregistered_sites() -> None:
    assert len(REGISTERED) == 40
    assert Counter(one.area_code[:9] for one in TOWNSHIP.enterprises) == {TUQIAO: 36, PULV: 6}
    assert len(TOWNSHIP.enterprises) - len(REGISTERED) == 2


def test_every_village_of_tuqiao_every_sector_and_every_special_category_occurs() -> None:
    villages = {code for code in AREAS if code.startswith(TUQIAO) and not code.endswith("000")}
    assert villages <= {one.area_code for one in TOWNSHIP.enterprises}
    assert {sector for one in TOWNSHIP.enterprises for sector in one.sectors} == set(Sector)
    assert {category for one in TOWNSHIP.enterprises for category in one.special_categories} == set(SpecialCategory)


@pytest.mark.parametrize("enterprise", TOWNSHIP.enterprises, ids=lambda one: one.key)
def test_an_enterprise_is_complete(enterprise: Enterprise) -> None:
    registered = enterprise.kind is EnterpriseKind.ENTERPRISE
    assert enterprise.area_code in AREAS
    assert AREAS[enterprise.area_code[:9] + "000"] in enterprise.address
    assert 106.0 < enterprise.position.lon < 106.15
    assert 29.80 < enterprise.position.lat < 29.90
    assert is_credit_code(enterprise.credit_code or "") is registered
    kinds = [person.kind for person in enterprise.responsible_persons]
    assert kinds == (["administrative", "regulatory", "enterprise"] if registered else [])
    for role in (Role.MANAGER, Role.SAFETY_OFFICER, Role.TEAM_LEADER):
        assert (enterprise.who(role) is not None) is registered


def test_no_two_enterprises_share_a_key_a_name_or_a_code() -> None:
    for field in ("key", "name", "credit_code"):
        assert len({getattr(one, field) for one in REGISTERED}) == len(REGISTERED)


def test_no_two_people_share_a_login_or_a_telephone() -> None:
    people = [person for one in TOWNSHIP.enterprises for person in one.staff] + list(TOWNSHIP.users)
    assert len({person.login for person in people}) == len(people)
    assert len({person.phone for person in people}) == len(people)
    assert {person.login for person in people} >= LOGINS


def test_the_main_enterprise_is_machinery_with_explosive_dust_in_tuqiao() -> None:
    main = TOWNSHIP.main
    assert main.sectors == (Sector.MACHINERY,)
    assert SpecialCategory.DUST_EXPLOSION in main.special_categories
    assert main.area_code.startswith(TUQIAO)
    assert {person.login.replace("-", "_") for person in main.staff} == {str(p.roles[0]) for p in main.staff}
    assert len(fitting(main, TOWNSHIP.risks)) >= 15
    assert len(fitting(main, TOWNSHIP.findings.major)) >= 8


def test_who_is_named_as_the_only_ones_exists_and_is_of_that_trade() -> None:
    for template in (*TOWNSHIP.risks, *all_findings(TOWNSHIP)):
        assert all(template.fits(ENTERPRISES[key]) for key in template.only), template


def test_every_enterprise_has_risks_and_findings_of_its_own() -> None:
    for enterprise in TOWNSHIP.enterprises:
        assert len(fitting(enterprise, TOWNSHIP.risks)) >= 2, enterprise.key
        assert len(fitting(enterprise, TOWNSHIP.findings.general)) >= 5, enterprise.key


def test_partners_help_each_other() -> None:
    pairs = [one for one in TOWNSHIP.enterprises if one.partner]
    assert len(pairs) >= 6
    for one in pairs:
        assert one.partner != one.key
        assert TOWNSHIP[str(one.partner)].partner == one.key


def test_a_works_of_one_person_has_a_partner() -> None:
    (alone,) = [one for one in REGISTERED if len(one.staff) == 1]
    assert {Role.MANAGER, Role.SAFETY_OFFICER, Role.TEAM_LEADER} <= set(alone.staff[0].roles)
    assert alone.partner in ENTERPRISES


def test_who_governs_has_areas_and_who_advises_has_enterprises() -> None:
    for user in TOWNSHIP.users:
        assert set(user.area_codes) <= set(AREAS)
        assert set(user.assigned) <= set(ENTERPRISES)
        assert bool(user.area_codes) is (Role.EXPERT not in user.roles)
        assert (user.powers is not None) is (Role.ENFORCEMENT_OFFICER in user.roles)


@pytest.mark.parametrize("about", [*Sector, *SpecialCategory])
def test_every_sector_and_special_category_has_risks_and_findings(about: Sector | SpecialCategory) -> None:
    def has(templates: tuple[Template, ...]) -> bool:
        return any(template.about == about for template in templates)

    assert has(TOWNSHIP.risks)
    assert has((*TOWNSHIP.findings.general, *TOWNSHIP.findings.major))


@pytest.mark.parametrize("hazard", TOWNSHIP.findings.major, ids=lambda hazard: hazard.criterion)
def test_a_major_cites_a_criterion_of_its_own_trade(hazard: Hazard) -> None:
    criterion = catalogue().in_force(getattr(hazard, "criterion", ""), date(2026, 6, 1))
    assert criterion is not None
    assert criterion.sector == (MANAGEMENT if hazard.about == "any" else hazard.about)


def test_every_kind_of_accident_is_in_the_standard() -> None:
    known = {kind.title for kind in accident_types.read()["GB 6441-2025"].types}
    used = {risk.accident_type for risk in TOWNSHIP.risks}
    used |= {hazard.accident_type for hazard in (*TOWNSHIP.findings.general, *TOWNSHIP.findings.major)}
    assert used <= known


def all_findings(township: Township) -> list[Finding]:
    found = township.findings
    return [*found.general, *found.major, *found.risk, *found.none, *found.pending]


def test_no_finding_stands_twice() -> None:
    assert max(Counter(finding.description for finding in all_findings(TOWNSHIP)).values()) == 1


def test_what_is_of_the_own_trade_comes_first() -> None:
    own = [template.about in GENERAL for template in fitting(TOWNSHIP.main, TOWNSHIP.findings.general)]
    assert own == sorted(own)
    assert not own[0]
    assert own[-1]
