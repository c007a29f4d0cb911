"""HTTP face of areas, enterprises, users and oneself; nothing is decided here. Login has its own: `login.py`."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy.orm import Session

from app.foundation.keyring import Keyring
from app.foundation.problems import ProblemView
from app.foundation.wire import Written
from app.people import areas, enterprises, me, passwords, users
from app.people.schemas import (
    AreaFilter,
    AreaPage,
    DeviceBody,
    DeviceId,
    DeviceView,
    EnterpriseChange,
    EnterpriseFilter,
    EnterprisePage,
    EnterpriseView,
    MeView,
    NewEnterprise,
    NewUser,
    PasswordChange,
    UserChange,
    UserFilter,
    UserPage,
    UserView,
)
from app.people.scope import Caller
from app.people.visits import Visits

router = Visits(prefix="/api/v1")


@router.query("/me", summary="我", tags=["me"])
def get_me(session: Session, caller: Caller) -> MeView:
    """Who I am, what I see, and the names of what I may do at all."""
    return me.shown(session, caller)


@router.change(
    "PUT", "/me/devices/{device_id}", summary="登记本机", tags=["me"],
    responses={409: {"model": ProblemView, "description": "`too_many_devices`"}},
)  # fmt: skip
def put_device(session: Session, caller: Caller, device_id: DeviceId, body: DeviceBody) -> DeviceView:
    """Say what phone this is and how notices reach it; as often as you like."""
    return me.put_device(session, caller, device_id, body)


@router.change("DELETE", "/me/devices/{device_id}", summary="移除设备", status_code=204, tags=["me"])
def remove_device(session: Session, caller: Caller, device_id: DeviceId) -> None:
    """No more notices to this phone, and the logins on it end, except the one that asks. Unknown ones too: 204."""
    me.remove_device(session, caller, device_id)


@router.change(
    "POST", "/me/password", prepare=passwords.judge, summary="修改密码", status_code=204, tags=["me"],
    responses={
        409: {"model": ProblemView, "description": "`password_changed`"},
        429: {"model": ProblemView, "description": "`locked_out`"},
    },
)  # fmt: skip
def change_password(session: Session, caller: Caller, body: PasswordChange) -> None:
    """Ends all other logins. A lost answer may be asked for again: the same request is answered 204 again."""
    passwords.change(session, caller, body)


@router.query("/areas", summary="区划", tags=["areas"])
def list_areas(
    session: Session, caller: Caller, filter: Annotated[AreaFilter, Query()], keys: Keyring
) -> Written[AreaPage]:
    """Administrative divisions by code, each before what lies in it. Public data: not narrowed to the scope."""
    return areas.page(session, filter, keys)


@router.query("/enterprises", summary="企业", tags=["enterprises"])
def list_enterprises(
    session: Session, caller: Caller, filter: Annotated[EnterpriseFilter, Query()], keys: Keyring
) -> Written[EnterprisePage]:
    """The enterprises in scope, by name."""
    return enterprises.page(session, caller, filter, keys)


@router.query("/enterprises/{enterprise_id}", summary="一家企业", tags=["enterprises"])
def get_enterprise(session: Session, caller: Caller, enterprise_id: UUID) -> EnterpriseView:
    return enterprises.view(caller, enterprises.find(session, caller, enterprise_id))


@router.command(
    "/enterprises", "enterprise.add", replay=get_enterprise, status_code=201, summary="登记企业", tags=["enterprises"]
)
def add_enterprise(session: Session, caller: Caller, body: NewEnterprise) -> EnterpriseView:
    """By an administrator of its area. An unregistered site has no credit code, but a position and who is in charge."""
    return enterprises.view(caller, enterprises.add_enterprise(session, caller, body))


@router.change("PATCH", "/enterprises/{enterprise_id}", summary="修改企业", tags=["enterprises"])
def change_enterprise(session: Session, caller: Caller, enterprise_id: UUID, body: EnterpriseChange) -> EnterpriseView:
    """By an administrator. With `area_code` everything of the enterprise moves to the new area."""
    return enterprises.view(caller, enterprises.change_enterprise(session, caller, enterprise_id, body))


@router.query("/users", summary="用户", tags=["users"])
def list_users(
    session: Session, caller: Caller, filter: Annotated[UserFilter, Query()], keys: Keyring
) -> Written[UserPage]:
    """By name. Administrators see everybody of their area; others the people of the enterprises in scope, so that
    work can be assigned to them; a worker only oneself."""
    return users.page(session, caller, filter, keys)


@router.query("/users/{user_id}", summary="一个用户", tags=["users"], responses={403: {"model": ProblemView}})
def get_user(session: Session, caller: Caller, user_id: UUID) -> UserView:
    """For administrators."""
    user = users.find(session, caller, user_id)
    enterprises.demand_administrator(caller)
    return users.view(user)


@router.command(
    "/users",
    "user.add",
    replay=get_user,
    prepare=passwords.hash_new,
    status_code=201,
    summary="新增用户",
    tags=["users"],
)
def add_user(session: Session, caller: Caller, body: NewUser) -> UserView:
    """By an administrator who governs all that the person will work for."""
    return users.view(users.create_user(session, caller, body, body.password or ""))


@router.change("PATCH", "/users/{user_id}", prepare=passwords.hash_new, summary="修改用户", tags=["users"])
def change_user(session: Session, caller: Caller, user_id: UUID, body: UserChange) -> UserView:
    """By an administrator. A new password, or `active: false`, ends all logins of the person at once."""
    return users.view(users.change_user(session, caller, user_id, body))
