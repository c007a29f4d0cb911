"""The hand-written server's database, who asks, and what it reads."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import sqlite3
import time
from datetime import UTC, datetime
from typing import Any, Final

from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

KEY_ID: Final = os.environ["KEY_ID"]
KEYS: Final = {name: bytes.fromhex(os.environ[name.upper()]) for name in ("access", "event", "photo", "cursor")}
OPEN: Final = "('reported', 'planning', 'rectifying', 'reviewing')"

db: Final = sqlite3.connect(os.environ["DATABASE"], isolation_level=None)
db.row_factory = sqlite3.Row
for pragma in ("busy_timeout=3000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
    db.execute(f"PRAGMA {pragma}")


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def mark(purpose: str, text: str) -> str:
    return f"{KEY_ID}.{hmac.digest(KEYS[purpose], text.encode(), 'sha256').hex()[:32]}"


def new_id() -> str:
    number = time.time_ns() // 1_000_000 << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def caller(request: Request) -> sqlite3.Row:
    """Who asks: the token's signature, then session and user as they are in this moment."""
    token = request.headers["authorization"][7:]
    signed, _, signature = token.rpartition(".")
    right = base64.urlsafe_b64encode(hmac.digest(KEYS["access"], signed.encode(), "sha256")).rstrip(b"=")
    if not hmac.compare_digest(right, signature.encode()):
        raise PermissionError
    claims = json.loads(base64.urlsafe_b64decode(signed.partition(".")[2] + "=="))
    row: sqlite3.Row | None = db.execute(
        "SELECT u.id, u.name, u.roles, u.enterprise_id, u.areas FROM users u JOIN sessions s ON s.user_id = u.id"
        " WHERE s.id = ? AND u.id = ? AND s.revoked_at IS NULL AND u.active",
        (claims["sid"], claims["sub"]),
    ).fetchone()
    if row is None or claims["exp"] < time.time():
        raise PermissionError
    return row


def scope(who: sqlite3.Row) -> tuple[str, str]:
    """The WHERE of visibility: an enterprise, or a town."""
    return (
        ("h.enterprise_id = ?", who["enterprise_id"])
        if who["enterprise_id"]
        else ("h.town_code = ?", who["areas"][1:10])
    )


def allowed(row: sqlite3.Row, who: sqlite3.Row) -> list[str]:
    """What the caller may do, in a line or two."""
    supervises, state, major = "supervisor" in who["roles"], row["state"], row["level"] == "major"
    names: list[str] = []
    if state == "reported":
        names += ["confirm", "dismiss"] if supervises or not major else ["confirm"]
        names.append("rectify_on_the_spot")
    elif state in {"planning", "rectifying"}:
        names += ["assign", "regrade"] if supervises else ["assign", "submit_plan", "rectify", "request_extension"]
    elif state == "reviewing":
        names += ["accept", "reject", "regrade"] if supervises == major else []
    elif state == "closed":
        names += ["reopen"]
    return [*names, "remind", "comment"]


WAITING: Final = {
    "reported": "enterprise_confirmation", "planning": "plan", "rectifying": "rectification",
    "reviewing": "government_review",
}  # fmt: skip
ROW: Final = (
    "h.id, h.number, h.description, h.level, h.level_confirmed, h.criterion, h.state, h.due_on, h.stage_due_at,"
    " h.area_code, h.place, h.origin, h.reported_at, h.photos_missing, h.listed, h.revision, h.thumbnail,"
    " h.enterprise_id, e.name AS enterprise, h.responsible_id, r.name AS responsible, r.phone AS phone"
)
BESIDE: Final = "JOIN enterprises e ON e.id = h.enterprise_id LEFT JOIN users r ON r.id = h.responsible_id"


def thumbnail(row: sqlite3.Row, who: sqlite3.Row) -> str | None:
    if row["thumbnail"] is None:
        return None
    query = f"viewer={who['id']}&until={int(time.time() // 86400 + 2) * 86400}"
    path = f"{row['thumbnail']}/thumbnail?{query}"
    return f"/api/v1/photos/{path}&mark={mark('photo', path)}"


def row_of(row: sqlite3.Row, who: sqlite3.Row, at: str) -> dict[str, Any]:
    """A hazard as it stands in the list."""
    due = row["stage_due_at"]
    late = due is not None and due < at and row["state"] != "closed"
    days = (datetime.fromisoformat(at) - datetime.fromisoformat(due)).days + 1 if late else 0
    return {
        "id": row["id"], "number": row["number"], "description": row["description"], "level": row["level"],
        "level_confirmed": bool(row["level_confirmed"]), "criterion": row["criterion"], "state": row["state"],
        "due_on": row["due_on"], "overdue": {"stage": row["state"], "days": days} if late else None,
        "waiting_for": WAITING.get(row["state"]),
        "enterprise": {"id": row["enterprise_id"], "name": row["enterprise"]}, "area_code": row["area_code"],
        "place": row["place"],
        "responsible": row["responsible_id"]
        and {"id": row["responsible_id"], "name": row["responsible"], "phone": row["phone"]},
        "origin": row["origin"], "reported_at": row["reported_at"], "thumbnail_url": thumbnail(row, who),
        "photos_missing": row["photos_missing"], "listed": bool(row["listed"]), "revision": row["revision"],
        "allowed_actions": allowed(row, who),
    }  # fmt: skip


async def list_hazards(request: Request) -> Response:
    db.execute("BEGIN")
    try:
        who = caller(request)
        where, own = scope(who)
        rows = db.execute(
            f"SELECT {ROW} FROM hazards h {BESIDE} WHERE {where} AND h.level = ? AND h.state IN {OPEN}"
            " ORDER BY h.reported_at DESC, h.id DESC LIMIT 51",
            (own, request.query_params["level"]),
        ).fetchall()
    finally:
        db.execute("COMMIT")
    at, shown = now(), rows[:50]
    answer: dict[str, Any] = {"items": [row_of(row, who, at) for row in shown], "next_cursor": None}
    if len(rows) > 50:
        place = json.dumps([shown[-1]["reported_at"], shown[-1]["id"]])
        answer["next_cursor"] = base64.urlsafe_b64encode((mark("cursor", place) + place).encode()).decode()
    return Response(to_json(answer), media_type="application/json")


# The columns of the whole story that a list does not show.
STORY: Final = (
    "level_by", "stopped", "factor", "discipline", "accident_type", "accident_standard", "found_at", "last_seen_at",
    "inspection_id", "measure_id", "risk_id", "first_due_on", "stage_due_at", "confirmed_at", "requirement", "reason",
    "cause", "interim_measures", "rectified_at", "ended_at",
)  # fmt: skip
TOLD: Final = ("plan", "extension", "rectification", "review")
ACTIONS: Final = (
    "confirm", "dismiss", "withdraw", "assign", "submit_plan", "approve_plan", "reject_plan", "rectify",
    "rectify_on_the_spot", "accept", "reject", "regrade", "request_extension", "grant_extension", "refuse_extension",
    "reopen", "remind", "comment",
)  # fmt: skip


def detail(hazard_id: str, who: sqlite3.Row) -> bytes:
    """A hazard with its whole story."""
    where, own = scope(who)
    row = db.execute(
        f"SELECT h.*, {ROW} FROM hazards h {BESIDE} WHERE h.id = ? AND {where}", (hazard_id, own)
    ).fetchone()
    people = {
        person["id"]: dict(person)
        for person in db.execute(
            "SELECT id, name, phone FROM users WHERE id IN (?, ?)", (row["reported_by"], row["confirmed_by"])
        )
    }
    photos = db.execute(
        "SELECT u.sha256, u.purpose, u.taken_at, u.arrived_at, p.content_type, p.width, p.height FROM photo_uses u"
        " LEFT JOIN photos p ON p.sha256 = u.sha256 WHERE u.subject_id = ? ORDER BY u.declared_at, u.place",
        (hazard_id,),
    ).fetchall()
    story = row_of(row, who, now()) | {name: row[name] for name in STORY}
    story |= {name: json.loads(row[name]) if row[name] else None for name in TOLD}
    can, handled_by = set(story["allowed_actions"]), row["escalated_to"] or row["town_code"] + "000"
    story |= {
        "position": {"lon": row["lon"], "lat": row["lat"], "datum": row["datum"]} if row["datum"] else None,
        "reported_by": people[row["reported_by"]], "confirmed_by": people.get(row["confirmed_by"]),
        "handling_authority": {"area_code": handled_by, "department": row["handling_department"]},
        "on_time": None, "photos": [dict(photo) for photo in photos], "replayed": False,
        "blocked_actions": [
            {"name": name, "code": "illegal_transition", "message": "当前状态不能执行这个操作"}
            for name in ACTIONS
            if name not in can
        ],
    }  # fmt: skip
    return to_json(story)


async def get_hazard(request: Request) -> Response:
    db.execute("BEGIN")
    try:
        content = detail(request.path_params["id"], caller(request))
    finally:
        db.execute("COMMIT")
    etag = f'"{hashlib.sha256(content).hexdigest()[:12]}"'
    return Response(content, headers={"ETag": etag}, media_type="application/json")
