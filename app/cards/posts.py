"""Keeping posts, and reading them. Every query starts from what the caller may see."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from app.cards.models import Post
from app.cards.naming import named_singly
from app.cards.schemas import (
    NewPost,
    PostChange,
    PostFilter,
    PostName,
    PostNames,
    PostPage,
    PostRow,
    PostView,
)
from app.foundation.canonical import sent
from app.foundation.clock import now
from app.foundation.columns import as_sent
from app.foundation.keyring import Keyring
from app.foundation.pages import in_order
from app.foundation.problems import Conflict, Said
from app.foundation.wire import Written
from app.journal import events
from app.people import enterprises
from app.people.scope import Caller, find_visible, prefix, visible, within
from app.people.taken import unless_taken
from app.risks.keeping import demand_keeper
from app.risks.models import ControlMeasure, Risk

NO_POST: Final = Said("没有这个岗位", "There is no such post")
NAME_TAKEN: Final = Said("本企业已有岗位用这个名称", "A post of the enterprise is called so already")
ROW: Final = tuple(as_sent(getattr(Post, name)) for name in PostRow.model_fields)
NAMES_SHOWN: Final = 500


def find_post(session: Session, caller: Caller, id: UUID, *, lock: bool = False) -> Post:
    """The post, if the caller may see it; `lock` holds it until the transaction ends.

    Raises:
        NotFound: it does not exist, or lies outside the caller's scope.
    """
    return find_visible(session, caller, Post, id, NO_POST, lock=lock)


def post_view(post: Post) -> PostView:
    return PostView.model_validate(post)


def page(session: Session, caller: Caller, filter: PostFilter, keys: Keyring) -> Written[PostPage]:
    """A page of the posts in scope, by name."""
    wanted = select(*ROW).where(Post.retired.is_(filter.retired))
    if filter.enterprise_id:
        wanted = wanted.where(Post.enterprise_id == filter.enterprise_id)
    if filter.area_code:
        wanted = wanted.where(within(Post, prefix(filter.area_code)))
    key = (Post.name, Post.id)
    asked = in_order(wanted, visible(caller, Post), key, filter.place(keys), filter.limit + 1, descending=False)
    rows = session.execute(asked).all()
    items, cursor = [row._asdict() for row in rows[: filter.limit]], None
    if len(rows) > filter.limit:
        cursor = filter.cursor_after(keys, items[-1]["name"], items[-1]["id"])
    return Written(sent({"items": items, "next_cursor": cursor}))


def add_post(session: Session, caller: Caller, body: NewPost) -> Post:
    """Describe a post.

    Raises:
        NotFound: the enterprise is outside the caller's scope.
        Forbidden: the caller does not keep this enterprise's risk list.
        Conflict: another post is called so.
    """
    works = enterprises.find(session, caller, body.enterprise_id, pointer="/enterprise_id", lock=True)
    demand_keeper(caller, works.id)
    told: dict[str, Any] = to_jsonable_python(body.model_dump(exclude={"id", "device", "enterprise_id", "role"}))
    made = Post(
        id=body.id, enterprise_id=works.id, area_code=works.area_code, role=body.role, created_at=now(), **told
    )  # fmt: skip
    _keep_apart(session, made.id, works.id, [body.name, *body.also_called])
    with unless_taken(session, _named(works.id, body.name), "name_taken", NAME_TAKEN):
        events.create(session, made, "added", caller, {})
    return made


def change_post(session: Session, caller: Caller, id: UUID, body: PostChange) -> Post:
    """Change some fields of a post.

    Raises:
        NotFound: outside the caller's scope.
        RevisionRequired, StaleRevision: the client has not seen it as it is.
        Forbidden: the caller does not keep this enterprise's risk list.
        Conflict: another post is called so.
    """
    enterprises.find(session, caller, find_post(session, caller, id).enterprise_id, lock=True)
    post = find_post(session, caller, id, lock=True)
    told = body.of(post_view(post))
    demand_keeper(caller, post.enterprise_id)
    changes = {name: value if name == "role" else to_jsonable_python(value) for name, value in told.items()}
    after = {name: changes.get(name, getattr(post, name)) for name in ("name", "also_called", "retired")}
    if not after["retired"]:
        _keep_apart(session, id, post.enterprise_id, [after["name"], *after["also_called"]])
    with unless_taken(
        session, and_(_named(post.enterprise_id, after["name"]), Post.id != id), "name_taken", NAME_TAKEN
    ):
        events.change(session, post, "changed", caller, changes, {})
    return post


def _keep_apart(session: Session, id: UUID, enterprise_id: UUID, names: Sequence[str]) -> None:
    """Raises Conflict where another post in use is called by one of the names: whose risks would they be?

    The caller has locked the enterprise, so that nobody else names a post of it meanwhile.
    """
    others = select(Post.name, Post.also_called).where(
        Post.enterprise_id == enterprise_id, Post.id != id, Post.retired.is_(False)
    )
    for name, also in session.execute(others):
        if not {name, *also}.isdisjoint(names):
            raise Conflict(NAME_TAKEN, code="name_taken")


def _named(enterprise_id: UUID, name: str) -> Any:
    return and_(Post.enterprise_id == enterprise_id, Post.name == name)


LISTED: Final = (Risk.candidate.is_(False), Risk.retired.is_(False))


def texts_of(session: Session, enterprise_id: UUID) -> tuple[dict[str, int], dict[str, int]]:
    """What the enterprise's list calls posts and holders, as it was written, each with how often."""
    posts = select(Risk.post, func.count()).where(Risk.enterprise_id == enterprise_id, *LISTED)
    holders = select(ControlMeasure.holder, func.count()).join(Risk, Risk.id == ControlMeasure.risk_id)
    held = holders.where(ControlMeasure.enterprise_id == enterprise_id, ControlMeasure.retired.is_(False), *LISTED)
    asked = (posts.group_by(Risk.post), held.group_by(ControlMeasure.holder))
    of_risks, of_measures = ({text: count for text, count in session.execute(each) if text} for each in asked)
    return of_risks, of_measures


def names(session: Session, caller: Caller, enterprise_id: UUID) -> PostNames:
    """The names that the enterprise's risk list uses, and which post each belongs to.

    Raises:
        NotFound: the enterprise is outside the caller's scope.
    """
    works = enterprises.find(session, caller, enterprise_id)
    described = select(Post.id, Post.name, Post.also_called).where(
        Post.enterprise_id == works.id, Post.retired.is_(False)
    )
    known = {name: row.id for row in session.execute(described) for name in (row.name, *row.also_called)}
    counts = []
    for texts in texts_of(session, works.id):
        counted: Counter[str] = Counter()
        for text, times in texts.items():
            for name in [text] if text in known else named_singly(text):
                counted[name] += times
        counts.append(counted)
    risks, measures = counts
    found = [
        PostName(name=name, risks=risks[name], measures=measures[name], post_id=known.get(name))
        for name in sorted(set(risks) | set(measures))
    ]
    found.sort(key=lambda each: each.post_id is not None)
    return PostNames(items=found[:NAMES_SHOWN], left_out=max(0, len(found) - NAMES_SHOWN))
