"""The main job's workloads: what phones and supervisors ask most."""

import json
from collections.abc import Mapping
from typing import Final

from bench.load import Request
from bench.rounds import Workload
from bench.town import Town

API: Final = "/api/v1"


def open_majors(town: Town) -> list[Request]:
    """The supervisor's list: 50 open major hazards of a town, the newest first."""
    return [Request("GET", f"{API}/hazards?level=major&state=open", town.supervisor)]


def details(town: Town) -> list[Request]:
    """A safety officer opens hazards of the own enterprise."""
    return [Request("GET", f"{API}/hazards/{id}", token) for id, token in _own_hazards(town)]


def comments(town: Town) -> list[Request]:
    """A safety officer says something of a hazard: an event, a receipt, and the hazard's detail as the answer."""
    body = json.dumps({"id": "{new id}", "text": "已联系厂家，周五到货后更换泄爆片"}, ensure_ascii=False)
    return [Request("POST", f"{API}/hazards/{id}/comment", token, body) for id, token in _own_hazards(town)]


def reports(town: Town) -> list[Request]:
    """A team leader posts today's inspection with one finding, whose hazard also opens a risk candidate."""
    return [Request("POST", f"{API}/inspections", token, _report(str(id))) for id, token in town.leaders.items()]


def photos(town: Town) -> list[Request]:
    """A team leader sends a photo that nobody has sent before."""
    path = f"{API}/photos/{{sha256}}"
    return [Request("PUT", path, token, "{new photo}") for token in town.leaders.values()]


def _own_hazards(town: Town) -> list[tuple[str, str]]:
    return [(str(id), town.officers[works]) for works, ids in town.hazards.items() for id in ids[:10]]


def _report(enterprise_id: str) -> str:
    finding = {
        "id": "{new id}",
        "description": "除尘系统未设置泄爆口",
        "place": "打磨车间",
        "list": "hazard",
        "level": "general",
    }
    said = {
        "id": "{new id}", "enterprise_id": enterprise_id, "cadence": "daily", "tier": "team", "kind": "routine",
        "started_at": "2026-11-23T01:02:00Z", "performed_at": "2026-11-23T01:10:00Z",
        "device": {"id": "a1b2c3", "app_version": "1.4.2"},
        "position": {"lon": 106.05, "lat": 29.84, "datum": "gcj02", "accuracy_m": 12.0}, "findings": [finding],
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False)


MAIN_JOB: Final[Mapping[str, Workload]] = {
    workload.name: workload
    for workload in (
        Workload("create", "post a report with one finding", reports),
        Workload("list", "open-major list, 50 rows", open_majors),
        Workload("detail", "a hazard's detail", details),
        Workload("comment", "comment on a hazard", comments),
        Workload("photo", "a photo of 3 MB, raw", photos, photo=True),
    )
}

# What the house is to reach of the hand-written server on SQLite.
WANTED: Final[Mapping[str, float]] = {"create": 0.3, "list": 0.5, "detail": 0.25, "comment": 0.3, "photo": 0.9}
