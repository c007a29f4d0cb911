"""Where something is, in four columns of a sheet."""

from collections.abc import Mapping
from typing import Any, Final

from app.foundation.geo import Datum
from app.foundation.problems import Said
from app.workbooks.table import Faults, Record

PARTS: Final = ("lon", "lat", "datum", "accuracy_m")
INCOMPLETE: Final = Said("经度、纬度、坐标系须同时填写", "Longitude, latitude and datum come together")


def flat_position(position: Mapping[str, Any] | None) -> dict[str, Any]:
    """A position as its columns show it."""
    there = position or {}
    return {name: there.get(name) for name in PARTS} | {"datum": Datum(there["datum"]) if there else None}


def read_position(record: Record, whole: Mapping[str, Any], faults: Faults) -> dict[str, Any] | None:
    """The position that the columns make up, as it is kept; what is missing of it is a fault."""
    lon, lat, datum = (whole.get(name) for name in ("lon", "lat", "datum"))
    if lon is None and lat is None:
        return None
    for name, value in (("lon", lon), ("lat", lat), ("datum", datum)):
        if value is None and name not in record.bad:
            faults.add(record.place(name), "missing", INCOMPLETE)
    return {"lon": lon, "lat": lat, "datum": datum and datum.value, "accuracy_m": whole.get("accuracy_m")}
