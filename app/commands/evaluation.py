"""What `app sorting evaluate` prints."""

from collections.abc import Iterator, Mapping
from typing import Any


def lines(told: Mapping[str, Any]) -> Iterator[str]:
    """The figures, the criteria, what nothing touches, and what went wrong."""
    majors, alarms, ms = told["majors"], told["major_alarms"], told["ms"]
    yield f"{told['findings']} findings, {ms['median']} ms each at the median, {ms['p99']} ms at the 99th of a hundred"
    yield f"on the right list                    {_share(told['list'])}"
    for name, row in told["lists"].items():
        went = ", ".join(f"{count} {where}" for where, count in row["went_to"].items() if where != name)
        other = f"; others went to: {went}" if went else ""
        yield f"  {name:<7}recall {_share(row['recall'])}, precision {_share(row['precision'])}{other}"
    yield f"major: right criterion first         {_share(majors['first'])}"
    yield f"major: right one among three         {_share(majors['among_three'])}"
    yield f"major: every one of them among three {_share(majors['every_one_among_three'])}"
    yield f"major: as major at all               {_share(majors['level'])}"
    yield f"major alarms on general hazards      {_share(alarms['on_general'])}"
    yield f"major alarms where there is none     {_share(alarms['on_no_hazard'])}"
    yield ""
    yield "criterion         findings    first  among three  precision of the first"
    for code, row in told["criteria"].items():
        first, three, precision = (_percent(row[name]) for name in ("first", "among_three", "precision"))
        yield f"{code:<18}{row['findings']:>8} {first:>8} {three:>12} {precision:>23}"
    yield ""
    yield f"criteria that nothing in the file touches: {' '.join(told['untouched']) or 'none'}"
    if told["unknown"]:
        yield f"criteria of the file that are in no set: {' '.join(told['unknown'])}"
    yield ""
    yield f"wrong: {len(told['wrong'])}"
    for each in told["wrong"]:
        yield f"{each['id'] or '-'}  {each['description']}"
        yield f"    expected {each['expected']}; got {each['got']}: {each['reason']}"
        yield from (f"    {code} because {'、'.join(because)}" for code, because in each["because"].items())


def _share(row: Mapping[str, Any]) -> str:
    return f"{_percent(row)} ({row['hits']} of {row['of']})"


def _percent(row: Mapping[str, Any]) -> str:
    return "–" if row["share"] is None else f"{100 * row['share']:.1f} %"
