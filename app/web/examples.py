"""Examples for the OpenAPI: made from the shapes themselves, with values in the words of the field.

A new shape has its example at once; only what a field's name cannot say is written down here.
"""

from collections.abc import Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

ID: Final = "01938e6a-7c00-7000-8000-000000000001"
SHA256: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
INSTANT: Final = "2026-11-23T01:10:00.000Z"

# By the name of a field: what stands in it wherever it occurs.
BY_NAME: Final[Mapping[str, Any]] = {
    "access_token": "eyJhbGciOiJIUzI1NiIs…",
    "accident_standard": "GB 6441-1986",
    "accident_type": "15",
    "action": "confirm",
    "address": "土桥镇工业路 12 号",
    "allowed_actions": ["confirm", "comment"],
    "api_version": "1.0.0",
    "area_code": "500151101201",
    "area_codes": ["500151101000"],
    "authority": "铜梁区应急管理局",
    "bytes": 3166051,
    "cause": "设计时未考虑泄爆",
    "certificate": "AQY-2024-0312",
    "certificate_number": "渝执法 500151-027",
    "changes": {"state": "rectifying"},
    "check": "泄爆片完好，无积尘",
    "code": "500151101000",
    "cost": "1200.00",
    "comment": "方案可行",
    "conclusion": "现场复查合格",
    "contingency": "出现异常立即停机撤人",
    "content_type": "image/jpeg",
    "count": False,
    "credit_code": "91500224MA5U8QJX4U",
    "criterion": "GM-11-03",
    "data": {},
    "days": 2,
    "department": "铜梁区应急管理局",
    "description": "除尘系统未设置泄爆口",
    "device_id": "phone-7f3a",
    "display_url": f"/api/v1/photos/{SHA256}/display?…",
    "duties": [],
    "event": "粉尘爆炸",
    "funds": "48000.00",
    "goal": "除尘系统符合 GB 15577",
    "height": 4032,
    "holder": "打磨班组长",
    "interim_measures": "停用除尘系统",
    "lat": 29.84,
    "law": "安全生产法第四十一条",
    "lon": 106.05,
    "measures": "更换为带泄爆片的除尘器",
    "measures_taken": "已加装泄爆片",
    "message": "当前状态不能执行这个操作",
    "minimum_app": "1.0.0",
    "name": "铜梁永兴机械厂",
    "new": "长一点的新口令 2026",
    "next_cursor": None,
    "note": "已清灰",
    "number": "500151-261123-0007",
    "object": "打磨车间",
    "old": "tuqiao-demo",
    "password": "长一点的口令 2026",
    "permissions": ["report", "rectify"],
    "phone": "13800000000",
    "offset": 1048576,
    "photo_url": None,
    "photos": [SHA256],
    "photos_after": [SHA256],
    "photos_before": [SHA256],
    "place": "打磨车间",
    "post": "打磨工",
    "reason": "泄爆片朝向通道",
    "refresh_token": "01938e6a…",
    "replayed": False,
    "replacement": SHA256,
    "requirement": "加装泄爆片",
    "revision": 3,
    "schema_revision": "0001",
    "sha256": SHA256,
    "signed_document": SHA256,
    "stage": "rectifying",
    "text": "请尽快整改",
    "thumbnail_url": f"/api/v1/photos/{SHA256}/thumbnail?…",
    "title": "核实下达",
    "token": "01938e6a…",
    "total": 128,
    "total_capped": False,
    "type": "object",
    "unit": "除尘系统",
    "username": "safety-officer",
    "watermark_url": f"/api/v1/photos/{SHA256}/display?…&watermark=true&subject=…",
    "width": 3024,
    "without_plan_reason": "当日已整改完毕",
}  # fmt: skip

# By the name of a shape: what must be there besides what the shape itself demands.
BESIDES: Final[Mapping[str, Mapping[str, Any]]] = {
    "Blocked": {"name": "accept", "code": "rectified_it", "message": "整改人不能复查自己的整改"},
    "Confirm": {"responsible_id": ID},
    "Extension": {"state": "requested"},
    "LoopAction": {"name": "confirm", "from": ["reported"], "to": ["rectifying", "planning"], "who": "企业安全员"},
    "LoopState": {"value": "reported", "title": "待核实", "open": True},
    "NewResponsiblePerson": {"name": "冯建国", "post": "镇长", "unit": "土桥镇人民政府"},
    "Plan": {"state": "submitted"},
    "PhotoView": {"position": {"lon": 106.05, "lat": 29.84, "datum": "gcj02"}},
    "Wait": {"value": "plan", "title": "待报方案", "action": "submit_plan"},
    "Word": {"value": "reported", "title": "待核实"},
    "Meta": {"features": ["hazards"], "enumerations": {"state": [{"value": "reported", "title": "待核实"}]}},
    "PasswordGrant": {"password": "tuqiao-demo"},
    "Person": {"id": ID},
    "Reject": {"due_on": "2026-12-07"},
    "Assess": {"kind": "residual", "method": "lec", "l": "1", "e": "6", "c": "15", "s": None, "override": None},
    "Decide": {"list": "hazard", "level": "general"},
    "NewEnterprise": {"credit_code": "91500224MA5U8QJX4U", "sectors": ["machinery"]},
    "Contact": {"name": "张伟", "phone": "13800000000"},
    "Named": {"name": "铜梁永兴机械厂"},
    "Someone": {"id": ID, "name": "张伟", "phone": "13800000000"},
    "Author": {"name": "张伟"},
    "Owner": {"name": "张伟"},
    "ContactView": {"title": "车间主任", "name": "李建国", "phone": "13800000000"},
    "EmergencyContact": {"title": "车间主任", "name": "李建国", "phone": "13800000000"},
    "NewPost": {
        "name": "打磨工", "also_called": ["打磨岗"], "department": "打磨车间", "steps": ["先启动除尘系统，再打磨"],
        "contacts": [{"title": "车间主任", "name": "李建国", "phone": "13800000000"}],
    },
    "PostChange": {"revision": 3, "forbidden": ["用压缩空气吹扫积尘"]},
    "PostName": {"name": "打磨工"},
    "PostOnCard": {"name": "打磨工"},
    "PostRow": {"name": "打磨工"},
    "PostView": {"name": "打磨工"},
    "Replace": {"reason": "标签破损"},
    "ScanView": {"name": "打磨车间", "code": "7K3M9PQR2TVW"},
    "NewUser": {"name": "张伟", "scope": {"enterprise_ids": [ID]}, "roles": ["worker"]},
    "MeView": {"name": "张伟"},
    "UserRow": {"name": "张伟"},
    "UserView": {"name": "张伟"},
    "Participant": {"name": "张伟"},
    "AreaView": {"name": "土桥镇", "parent_code": "500151000000", "level": "town"},
    "Report": {
        "findings": [{"description": "除尘系统未设置泄爆口", "place": "打磨车间", "photos": [SHA256]}],
        "photos": [{"sha256": SHA256, "bytes": 3166051, "taken_at": INSTANT}],
        "cadence": "daily",
        "tier": "team",
        "kind": "routine",
    },
    "Preview": {"sectors": ["machinery"], "special_categories": ["dust_explosion"]},
    "ProposedAccident": {
        "standard": "GB 6441-2025", "code": "18", "title": "粉尘爆炸", "score": 0.93, "because": ["除尘系统", "泄爆口"],
    },
    "ProposedDiscipline": {"value": "equipment", "score": 0.91, "because": ["除尘系统", "未设置"]},
    "ProposedFactor": {"value": "object", "score": 0.98, "because": ["泄爆口", "未设置"]},
    "ProposedHazard": {"number": "H2026-000017", "score": 0.72, "because": ["泄爆口", "除尘系统"]},
    "ProposedMeasure": {"description": "除尘管道设置泄爆片", "score": 0.64, "because": ["泄爆口"]},
    "Offered": {
        "code": "DU-09", "trade": "粉尘涉爆", "description": "除尘器泄爆片标识缺失、无合格证", "clauses": ["GB 15577"],
        "rectify": "补齐标识和合格证明", "days": 7, "score": 0.41, "because": ["泄爆口"], "verified": False,
    },
    "EnterpriseChange": {"revision": 3, "address": "土桥镇工业路 12 号"},
    "UserChange": {"revision": 3, "phone": "13800000000"},
    "RiskChange": {"revision": 3, "event": "粉尘爆炸"},
    "MeasureChange": {"revision": 3, "description": "每班清理除尘管道积尘"},
    "MeasureFields": {"description": "每班清理除尘管道积尘"},
    "NewMeasure": {"description": "每班清理除尘管道积尘"},
    "MeasureView": {"description": "每班清理除尘管道积尘"},
    "RiskRow": {"measures": []},
    "RiskView": {"measures": []},
}  # fmt: skip

BY_FORMAT: Final[Mapping[str, Any]] = {
    "uuid": ID, "date-time": INSTANT, "date": "2026-12-03", "binary": "",
}  # fmt: skip
BY_TYPE: Final[Mapping[str, Any]] = {"string": "…", "integer": 1, "number": 1.0, "boolean": False, "null": None}

KINDS: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,), "array": (list,),
    "object": (dict,),
}  # fmt: skip


class Examples:
    """Makes examples of the shapes of one document."""

    def __init__(self, shapes: Mapping[str, Schema]) -> None:
        self._shapes = shapes

    def answer(self, schema: Schema) -> Any:
        """What the server may send: every field."""
        return self._of(schema, whole=True)

    def request(self, schema: Schema) -> Any:
        """What a client may send: what is needed, and what makes it say something."""
        return self._of(schema, whole=False)

    def _of(self, schema: Schema, *, whole: bool, name: str = "", shape: str = "") -> Any:
        if "$ref" in schema:
            shape = schema["$ref"].rpartition("/")[2]
            return self._of(self._shapes[shape], whole=whole, name=name, shape=shape)
        for way in ("anyOf", "oneOf", "allOf"):
            if way in schema:
                return self._of(schema[way][0], whole=whole, name=name)
        if "examples" in schema:
            return schema["examples"][0]
        if "const" in schema or "enum" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        if schema.get("type") == "object" and "properties" in schema:
            return self._object(schema, shape or schema.get("title", ""), whole=whole)
        if schema.get("format") in BY_FORMAT:
            return BY_FORMAT[schema["format"]]
        if name in BY_NAME and self._fits(BY_NAME[name], schema):
            return BY_NAME[name]
        if schema.get("type") == "array":
            return [self._of(schema.get("items", {}), whole=whole, name=name)]
        if schema.get("type") == "object":
            return {}
        return schema.get("default", BY_TYPE.get(schema.get("type", ""), {}))

    def _fits(self, value: Any, schema: Schema) -> bool:
        """Whether a field's usual value is of the type that this field has."""
        inner = schema.get("items", {})
        if "$ref" in inner:
            inner = self._shapes[inner["$ref"].rpartition("/")[2]]
        if inner.get("type") == "object":
            return False
        return value is None or "type" not in schema or isinstance(value, KINDS.get(schema["type"], ()))

    def _object(self, schema: Schema, shape: str, *, whole: bool) -> dict[str, Any]:
        besides = BESIDES.get(shape, {})
        needed = {*schema.get("required", ()), *besides}
        shown = [name for name in schema["properties"] if whole or name in needed]
        return {
            name: besides[name] if name in besides else self._of(schema["properties"][name], whole=whole, name=name)
            for name in shown
        }
