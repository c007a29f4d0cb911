"""The answers of what goes wrong, as the OpenAPI shows them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from app.foundation.problems import Problem, Unauthenticated, all_problems
from app.web import prose
from app.web.examples import ID

Case = tuple[type[Problem], str]
PROBLEM: Final = "application/problem+json"


def declared(answers: Mapping[str, Any]) -> Iterator[Case]:
    """Problems that a route itself names: by their codes in the description, or the usual one of the status."""
    kinds = {kind.code: kind for kind in all_problems()}
    for status, said in answers.items():
        shape = said.get("content", {}).get("application/json", {}).get("schema", {})
        if shape.get("$ref", "").endswith("/ProblemView"):
            usual = next(kind for kind in kinds.values() if str(kind.status) == status)
            codes = re.findall(r"`(\w+)`", said["description"]) or [usual.code]
            yield from ((kinds.get(code, usual), code) for code in codes if code != "error")


def by_status(case: Case) -> tuple[int, str]:
    """The order of problems."""
    return case[0].status, case[1]


def refusal(cases: list[Case]) -> dict[str, Any]:
    """The answer of one status, with an example for each of its problems."""
    headers = dict(prose.EVERYWHERE)
    if any(kind.retryable for kind, _ in cases):
        headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
    if any(kind is Unauthenticated for kind, _ in cases):
        headers["WWW-Authenticate"] = {"$ref": "#/components/headers/WWWAuthenticate"}
    return {
        "description": "；".join(f"`{code}` {kind.title.zh}" for kind, code in cases) + "。",
        "headers": headers,
        "content": {
            PROBLEM: {
                "schema": {"$ref": "#/components/schemas/ProblemView"},
                "examples": {code: {"summary": kind.title.zh, "value": example_of(kind, code)} for kind, code in cases},
            }
        },
    }


def example_of(kind: type[Problem], code: str) -> dict[str, Any]:
    """A problem as it is answered in Chinese."""
    problem = kind.__new__(kind)
    Problem.__init__(problem, code=code, **prose.MEMBERS.get(code, {}))
    if kind.retryable:
        problem.retry_after = kind.retry_after or 30
    return problem.body("zh", ID)
