"""What the hand-written server takes in: comments, reports, photos."""

import hashlib
import json
import os
import sqlite3
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from bench.bare_files import take
from bench.bare_reading import caller, db, detail, mark, now, scope

PHOTOS: Final = Path(os.environ["PHOTOS"])


@cache
def statement(table: str, names: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) ON CONFLICT DO NOTHING"


def insert(table: str, row: dict[str, Any]) -> None:
    db.execute(statement(table, tuple(row)), tuple(row.values()))


def record(
    kind: str, subject: str, action: str, who: sqlite3.Row, changes: dict[str, Any], said: dict[str, Any], at: str,
    routed: tuple[str, str], *, first: bool = False,
) -> None:  # fmt: skip
    """Append an event to the chain of its subject."""
    last = None
    if not first:
        last = db.execute(
            "SELECT number, digest FROM events WHERE subject_kind = ? AND subject_id = ? ORDER BY number DESC LIMIT 1",
            (kind, subject),
        ).fetchone()
    by = {"id": who["id"], "name": who["name"], "roles": who["roles"].split()}
    told = {"by": by, "data": said, "changes": changes, "revision": 1}
    data = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    data_digest = hashlib.sha256(data.encode()).hexdigest()
    number, previous = (last["number"] + 1, last["digest"]) if last else (1, "")
    chained = json.dumps([kind, subject, number, action, who["id"], at, at, data_digest, previous])
    digest = hashlib.sha256(chained.encode()).hexdigest()
    proof = mark("event", digest)
    db.execute(
        "INSERT INTO events (subject_kind, subject_id, number, action, actor_id, at, received_at, data, data_digest,"
        " previous, digest, mark, enterprise_id, area_code) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (kind, subject, number, action, who["id"], at, at, data, data_digest, previous, digest, proof, *routed),
    )  # fmt: skip


def receive(id: str, who: sqlite3.Row, kind: str, target: str | None, body: str, subject: str) -> None:
    """Take the request's id, if nobody has."""
    db.execute(
        "INSERT INTO receipts (id, actor_id, kind, target, body, subject_id, revision) VALUES (?, ?, ?, ?, ?, ?, 1)"
        " ON CONFLICT DO NOTHING",
        (id, who["id"], kind, target, body, subject),
    )


async def comment(request: Request) -> Response:
    body, hazard_id = json.loads(await request.body()), request.path_params["id"]
    db.execute("BEGIN IMMEDIATE")
    try:
        who, at = caller(request), now()
        receive(body["id"], who, "hazard.comment", hazard_id, json.dumps(body, sort_keys=True), hazard_id)
        where, own = scope(who)
        routed = db.execute(
            f"SELECT enterprise_id, area_code FROM hazards h WHERE id = ? AND {where}", (hazard_id, own)
        )
        record("hazard", hazard_id, "comment", who, {}, {"text": body["text"]}, at, tuple(routed.fetchone()))
        content = detail(hazard_id, who)
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    return Response(content, media_type="application/json")


async def report(request: Request) -> Response:
    """An inspection with its findings: each a hazard and a risk candidate, four events, receipts."""
    body = json.loads(await request.body())
    db.execute("BEGIN IMMEDIATE")
    try:
        who, at = caller(request), now()
        said = json.dumps({name: value for name, value in body.items() if name != "device"}, sort_keys=True)
        receive(body["id"], who, "inspection.report", None, said, body["id"])
        where, own = scope(who)
        works = db.execute(
            f"SELECT * FROM (SELECT id AS enterprise_id, * FROM enterprises) h WHERE h.id = ? AND {where}",
            (body["enterprise_id"], own),
        ).fetchone()
        inspection = inspection_of(body, works, who, at)
        insert("inspections", inspection)
        routed = (works["id"], works["area_code"])
        record("inspection", body["id"], "reported", who, inspection, {}, at, routed, first=True)
        shown = [take_in(body, place, told, works, who, at) for place, told in enumerate(body["findings"], start=1)]
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    inspector = {"id": who["id"], "name": who["name"]}
    answer = inspection | {
        "device": body["device"], "position": body["position"], "participants": [], "duties": [],
        "enterprise": {"id": works["id"], "name": works["name"]}, "inspector": inspector, "results": [],
        "findings": shown, "photos": [], "replayed": False,
    }  # fmt: skip
    return Response(to_json(answer), 201, media_type="application/json")


def inspection_of(body: dict[str, Any], works: Any, who: Any, at: str) -> dict[str, Any]:
    return {
        "id": body["id"], "revision": 1, "enterprise_id": works["id"], "area_code": works["area_code"],
        "cadence": body["cadence"], "tier": body["tier"], "kind": body["kind"], "duties": "",
        "started_at": body["started_at"], "performed_at": body["performed_at"], "corrected_at": body["performed_at"],
        "received_at": at, "clock_doubt": 0, "device": json.dumps(body["device"]),
        "position": json.dumps(body["position"]), "participants": "[]", "inspector_id": who["id"],
        "inspector_name": who["name"], "nil": 0, "results": 0, "findings": len(body["findings"]), "photos": 0,
    }  # fmt: skip


def take_in(body: dict[str, Any], place: int, told: dict[str, Any], works: Any, who: Any, at: str) -> dict[str, Any]:
    """A finding that is a general hazard, and opens a candidate."""
    id, routed = told["id"], (works["id"], works["area_code"])
    receive(id, who, "finding", body["id"], "", id)
    shared = {"id": id, "revision": 1, "enterprise_id": works["id"], "area_code": works["area_code"]}
    sorting = {
        "list": "hazard", "level": told["level"], "method": "declared", "criteria": [], "confidence": 1.0,
        "reason": "上报人判定为一般隐患",
    }  # fmt: skip
    finding = shared | {
        "inspection_id": body["id"], "number": place, "description": told["description"], "place": told["place"],
        "said": json.dumps({"list": told["list"], "level": told["level"]}), "origin": "enterprise", "list": "hazard",
        "sorting": json.dumps(sorting, ensure_ascii=False), "hazard_id": id, "risk_id": id, "seen_again": 0,
        "position": json.dumps(body["position"]), "reported_by": who["id"], "reporter_name": who["name"],
        "performed_at": body["performed_at"], "corrected_at": body["performed_at"], "received_at": at,
    }  # fmt: skip
    insert("findings", finding)
    risk = shared | {
        "event": told["description"], "place": told["place"], "candidate": 1, "retired": 0, "finding_id": id,
        "hazard_id": id, "created_at": at,
    }  # fmt: skip
    insert("risks", risk)
    number = db.execute(
        "UPDATE counters SET value = value + 1 WHERE name = 'hazard_numbers' RETURNING value"
    ).fetchone()[0]
    hazard = shared | hazard_of(body, told, f"H2026-{number:06d}", works, who, at)
    insert("hazards", hazard)
    for kind, action, row in (
        ("finding", "reported", finding),
        ("risk", "proposed", risk),
        ("hazard", "reported", hazard),
    ):
        record(kind, id, action, who, row, {}, at, routed, first=True)
    return finding | {
        "hazard": {"id": id, "number": hazard["number"], "state": "reported"}, "level": told["level"],
        "level_confirmed": False, "sorting": sorting, "photos_missing": 0, "position": body["position"], "photos": [],
    }  # fmt: skip


def hazard_of(body: dict[str, Any], told: dict[str, Any], number: str, works: Any, who: Any, at: str) -> dict[str, Any]:
    position = body["position"]
    return {
        "number": number, "description": told["description"], "place": told["place"], "datum": position["datum"],
        "lon": position["lon"], "lat": position["lat"], "accuracy_m": position["accuracy_m"],
        "search_text": f"{told['description']} {told['place']} {number} {works['name']}", "level": told["level"],
        "level_confirmed": 0, "level_by": "declared", "origin": "enterprise", "inspection_id": body["id"],
        "risk_id": told["id"], "reported_by": who["id"], "reported_at": at, "found_at": body["performed_at"],
        "last_seen_at": body["performed_at"], "state": "reported", "stage_due_at": at, "plan_pending": 0,
        "plan_approved": 0, "extension_requests": 0, "barred": "", "listed": 0, "stopped": 0, "photos_missing": 0,
        "evidence_missing": 0,
    }  # fmt: skip


async def photo(request: Request) -> Response:
    """Raw bytes to a file, summed on the way; the row only once the file and its name would survive a power cut."""
    asked = request.path_params["sha256"]
    kept, size = await take(request, asked, PHOTOS)
    db.execute("BEGIN IMMEDIATE")
    try:
        who, at = caller(request), now()
        row = {
            "sha256": asked, "object_key": kept.name, "bytes": size, "content_type": "image/jpeg", "width": 2000,
            "height": 1500, "pictures": "available", "created_at": at,
        }  # fmt: skip
        insert("photos", row)
        insert("photo_senders", {"sha256": asked, "user_id": who["id"], "sent_at": at})
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    return Response(to_json(row), 201, media_type="application/json")
