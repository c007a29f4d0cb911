"""Oneself: who I am, and my phones."""

from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.foundation.clock import now
from app.foundation.dialects import insert_once
from app.foundation.problems import Conflict, Said
from app.people import sessions
from app.people.models import Device, User
from app.people.permissions import permissions
from app.people.schemas import DeviceBody, DeviceView, MeView
from app.people.scope import Caller
from app.people.users import sight

DEVICES_LIMIT: Final = 20
TOO_MANY: Final = Said("设备过多，请先删除不用的", "Too many devices: remove some first")


def shown(session: Session, caller: Caller) -> MeView:
    """The caller, with the roles and scope of this moment."""
    user = session.get_one(User, caller.id)
    told = {name: getattr(user, name) for name in ("id", "revision", "name", "username", "roles", "powers")}
    return MeView(**told, scope=sight(user), permissions=permissions(caller))


def put_device(session: Session, caller: Caller, id: str, body: DeviceBody) -> DeviceView:
    """Register a phone of the caller, or say anew what it is.

    Raises:
        Conflict: the caller has too many.
    """
    insert_once(session, Device, {"user_id": caller.id, "id": id, "registered_at": now()})
    own = select(Device).where(Device.user_id == caller.id).with_for_update()
    devices = {device.id: device for device in session.scalars(own)}
    if len(devices) > DEVICES_LIMIT:
        raise Conflict(TOO_MANY, code="too_many_devices")
    device = devices[id]
    for name, value in body.model_dump().items():
        setattr(device, name, value)
    return DeviceView(**body.model_dump(), id=id, registered_at=device.registered_at)


def remove_device(session: Session, caller: Caller, id: str) -> None:
    """Send no more notices to a phone, and end the logins on it; but not the one that asks."""
    session.execute(delete(Device).where(Device.user_id == caller.id, Device.id == id))
    sessions.end_all(session, caller.id, but=caller.session_id, device_id=id)
