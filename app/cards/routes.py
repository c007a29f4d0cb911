"""HTTP face of posts, their lists and cards, and of codes; nothing is decided here."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy.orm import Session

from app.cards import gathering, posts, scanning, sheets
from app.cards.schemas import NewPost, PostChange, PostFilter, PostNames, PostPage, PostView, Replace
from app.cards.sheets import LabelsAsked, PublicAddress
from app.cards.views import Cards, ScanView
from app.foundation.keyring import Keyring
from app.foundation.printing import Sheet
from app.foundation.wire import Lasting, Written
from app.people.scope import Caller
from app.people.visits import Visits
from app.risks.levels import LiveLevels

router = Visits(prefix="/api/v1/posts", tags=["posts"])
codes = Visits(prefix="/api/v1/scan", tags=["scan"])
enterprises = Visits(prefix="/api/v1/enterprises", tags=["enterprises"])


@router.query("", summary="岗位")
def list_posts(
    session: Session, caller: Caller, filter: Annotated[PostFilter, Query()], keys: Keyring
) -> Written[PostPage]:
    """Posts by name; those in use unless `retired=true`. Names that nobody has described: GET
    /enterprises/{id}/post-names."""
    return posts.page(session, caller, filter, keys)


@router.query("/{post_id}", summary="一个岗位")
def get_post(session: Session, caller: Caller, post_id: UUID) -> PostView:
    return posts.post_view(posts.find_post(session, caller, post_id))


@router.command("", "post.add", replay=get_post, status_code=201, summary="新增岗位")
def add_post(session: Session, caller: Caller, body: NewPost) -> PostView:
    """By the enterprise's safety officer or manager. Its risks and measures are found by its names."""
    return posts.post_view(posts.add_post(session, caller, body))


@router.change("PATCH", "/{post_id}", summary="修改岗位")
def change_post(session: Session, caller: Caller, post_id: UUID, body: PostChange) -> PostView:
    """`retired: true` takes it out of use; nothing is deleted."""
    return posts.post_view(posts.change_post(session, caller, post_id, body))


@router.query("/{post_id}/cards", summary="两单两卡")
def get_cards(session: Session, caller: Caller, post_id: UUID, levels: LiveLevels) -> Lasting[Cards]:
    """Risk list, duty list, operation card and emergency card of a post: from the chain, and what the enterprise adds.
    What nobody has filled in is named in `missing`; nothing is made up."""
    return gathering.written(session, caller, post_id, levels)


@router.sheet("/{post_id}/cards.pdf", summary="打印两单两卡")
def print_cards(session: Session, caller: Caller, post_id: UUID, levels: LiveLevels, address: PublicAddress) -> Sheet:
    """The same for A4, with a code that opens them on a phone. Colours stand in words, too."""
    return sheets.cards_sheet(session, caller, post_id, levels, address)


@codes.query("/{code}", summary="扫码")
def scan_code(session: Session, caller: Caller, code: str, levels: LiveLevels) -> ScanView:
    """What a code at a risk point, unit or post opens: its checklist, what is open there, the colour of the moment, and
    what the caller owes there today. A code that was replaced still opens its place, and says so."""
    return scanning.scan(session, caller, code, levels)


@codes.change("POST", "/{code}/replace", summary="更换二维码")
def replace_code(session: Session, caller: Caller, code: str, body: Replace, levels: LiveLevels) -> ScanView:
    """By the enterprise's safety officer or manager. Sent again, it changes nothing more."""
    return scanning.replace(session, caller, code, body, levels)


@enterprises.query("/{enterprise_id}/post-names", summary="清单中的岗位名称")
def show_post_names(session: Session, caller: Caller, enterprise_id: UUID) -> PostNames:
    """What the risk list calls posts and holders, and which post each name belongs to: what nobody has described comes
    first. A name that means a post which is there belongs in its `also_called`."""
    return posts.names(session, caller, enterprise_id)


@enterprises.sheet("/{enterprise_id}/codes.pdf", summary="打印二维码")
def print_codes(
    session: Session,
    caller: Caller,
    enterprise_id: UUID,
    asked: Annotated[LabelsAsked, Query()],
    address: PublicAddress,
) -> Sheet:
    """Labels for A4, ten a page, five hundred a part: risk points by name, or what `of` asks for."""
    return sheets.labels_sheet(session, caller, enterprise_id, asked, address)
