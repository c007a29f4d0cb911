"""Rating by LEC and L×S: exact, within what the tables allow, at the edges of every threshold. Pure."""

from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.risks.levels import Colour, RaisedBy, RiskLevel, raised
from app.risks.methods import Override, RatingMethod, Thresholds, methods, plain

DAY = date(2026, 11, 23)
LEC, LS = RatingMethod.LEC, RatingMethod.LS


def scores(method: RatingMethod) -> dict[Decimal, list[tuple[Decimal, ...]]]:
    """Every score that a method can reach, with the factors that lead there."""
    found: dict[Decimal, list[tuple[Decimal, ...]]] = {}
    for factors in product(*methods().values(method).values()):
        score = Decimal(1)
        for factor in factors:
            score *= factor
        found.setdefault(score, []).append(factors)
    return found


def test_the_scores_are_those_that_were_counted_by_hand() -> None:
    lec = scores(LEC)
    assert (len(lec), min(lec), max(lec)) == (103, Decimal("0.05"), Decimal(10000))
    assert Decimal(320) not in lec
    assert Decimal(160) not in lec
    assert Decimal(70) in lec
    assert sorted(map(int, scores(LS))) == [1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 20, 25]


# By hand: 以上含本数, a score that equals a bound belongs to the graver level.
EDGES = [
    ("lec-320-160-70", "320", "major"), ("lec-320-160-70", "319.9999", "considerable"),
    ("lec-320-160-70", "160", "considerable"), ("lec-320-160-70", "159.9", "general"),
    ("lec-320-160-70", "70", "general"), ("lec-320-160-70", "69.9", "low"), ("lec-320-160-70", "0.05", "low"),
    ("ls-20-15-9", "20", "major"), ("ls-20-15-9", "16", "considerable"), ("ls-20-15-9", "15", "considerable"),
    ("ls-20-15-9", "12", "general"), ("ls-20-15-9", "9", "general"), ("ls-20-15-9", "8", "low"),
    ("ls-17-11-5", "17", "major"), ("ls-17-11-5", "12", "considerable"), ("ls-17-11-5", "5", "general"),
    ("ls-17-11-5", "4", "low"),
]  # fmt: skip


@pytest.mark.parametrize(("version", "score", "level"), EDGES)
def test_what_equals_a_bound_belongs_to_the_graver_level(version: str, score: str, level: str) -> None:
    thresholds = next(each for each in methods().thresholds if each.version == version)
    assert thresholds.level(Decimal(score)) == level


@given(st.sampled_from(methods().thresholds), st.decimals("0.01", "10000", places=2), st.decimals("0", "100", places=2))
def test_a_higher_score_is_never_a_lower_risk(thresholds: Thresholds, score: Decimal, more: Decimal) -> None:
    ladder = list(RiskLevel)
    assert ladder.index(thresholds.level(score + more)) <= ladder.index(thresholds.level(score))


@given(st.sampled_from(RatingMethod), st.data())
def test_the_score_is_the_exact_product_whatever_the_order(method: RatingMethod, data: st.DataObject) -> None:
    legal = methods().values(method)
    factors = {name: data.draw(st.sampled_from(sorted(values))) for name, values in legal.items()}
    rating = methods().rate(method, factors, DAY)
    exact = Decimal(1)
    for value in reversed(list(factors.values())):
        exact *= value
    assert rating.score == exact
    assert Decimal(plain(rating.score)) == exact
    assert "E" not in plain(rating.score)


def test_a_score_that_floats_miss_is_exact() -> None:
    rating = methods().rate(LEC, {"l": Decimal("0.2"), "e": Decimal(6), "c": Decimal(100)}, DAY)
    assert plain(rating.score) == "120"  # as floats 120.00000000000001


@pytest.mark.parametrize("override", list(Override))
def test_an_override_is_major_whatever_the_score(override: Override) -> None:
    rating = methods().rate(LS, {"l": Decimal(1), "s": Decimal(1)}, DAY, override)
    assert (rating.level, rating.colour, plain(rating.score)) == (RiskLevel.MAJOR, Colour.RED, "1")


def test_the_version_in_force_on_the_day_judges() -> None:
    known = methods()
    later = known.in_force[1].model_copy(update={"version": "ls-17-11-5", "from_on": date(2027, 1, 1)})
    changed = known.model_copy(update={"in_force": (*known.in_force, later)})
    twelve = {"l": Decimal(3), "s": Decimal(4)}
    before, after = (changed.rate(LS, twelve, day) for day in (date(2026, 12, 31), date(2027, 1, 1)))
    assert (before.version, before.level) == ("ls-20-15-9", RiskLevel.GENERAL)
    assert (after.version, after.level) == ("ls-17-11-5", RiskLevel.CONSIDERABLE)
    assert changed.rate(LS, twelve, date(1999, 1, 1)).version == "ls-20-15-9"


HAZARD = RaisedBy(hazard_id="0193b1c2-7d3a-7e10-9a5b-2f4c6d8e0a11", measure_id=None)
WORST = HAZARD.model_copy(update={"major": True})


@pytest.mark.parametrize(
    ("own", "because", "now"),
    [
        ("low", (), "low"), ("low", (HAZARD,), "general"), ("general", (HAZARD,), "considerable"),
        ("considerable", (HAZARD, HAZARD), "major"), ("major", (HAZARD,), "major"), ("low", (HAZARD, WORST), "major"),
        (None, (), None), (None, (HAZARD,), None), (None, (WORST,), "major"),
    ],
)  # fmt: skip
def test_open_hazards_lift_a_risk_by_one_level_and_a_major_one_to_red(
    own: str | None, because: tuple[RaisedBy, ...], now: str | None
) -> None:
    current = raised(RiskLevel(own) if own else None, because)
    assert (current.level, current.because) == (now, because)
