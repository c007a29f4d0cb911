"""What the OpenAPI says in words: how to begin, what holds everywhere, what the rooms are for."""

from collections.abc import Mapping
from typing import Any, Final

from app.foundation.problems import Said
from app.web.examples import ID

ABOUT: Final = """\
安全生产隐患排查治理：手机上报排查记录，发现进入隐患清单或风险清单，隐患走完闭环，监管人员全程可见。

**登录** `POST /api/v1/auth/token`（OAuth 2 密码模式，表单），之后每个请求带 `Authorization: Bearer …`。
本页右上角 Authorize 即可登录。令牌过期后用 `grant_type=refresh_token` 换新。

**约定**
- JSON，`snake_case`。`…_at` 为时刻（RFC 3339，返回 UTC 毫秒）；`…_on` 为北京时间的日期，当日 24:00 前有效。
  金额为十进制文本，单位元。
- 客户端给所创建的东西取 `id`（UUID，建议 v7）：同一请求可重复发送任意多次，结果只有一份；
  重复时回答 200 和 `"replayed": true`。
- `PATCH` 须带 `revision` 或 `If-Match`。任何写请求加 `?dry_run=true` 只检查、不保存。
- 列表：`limit`、`cursor`，回答 `{items, next_cursor}`；`count=true` 另给 `total`。
- 错误为 `application/problem+json`（RFC 9457），程序看 `code`；`retryable: false` 的不要原样重试。
  各代码见 [/docs/problems](/docs/problems)。
- 不能发 PATCH、PUT、DELETE 的客户端：以 `POST` 加 `X-HTTP-Method-Override`。
- 未知的枚举值按“其他”显示，未知的字段忽略。

---
Hazards from the first look to the closed case: phones report inspections, findings land on the hazard or the risk
list, the closed loop runs, supervisors see all of it. Log in at `POST /api/v1/auth/token`, then send
`Authorization: Bearer …`. Name what you create with an `id` of your own and repeat a request as often as you like.
Errors are problems of RFC 9457, in Chinese or, by `Accept-Language: en`, in English.
"""

TAGS: Final[Mapping[str, str]] = {
    "auth": "登录与退出。",
    "me": "本人：身份、权限、设备、密码。",
    "areas": "行政区划（12 位代码）。",
    "enterprises": "企业与无证场所。登记、修改由管理员办理。",
    "workbooks": "Excel 导入模板；导入、导出在各资源下，以 `.xlsx` 结尾。",
    "users": "用户与角色。新增、修改由管理员办理。",
    "inspections": "排查记录：手机上报，照片可先可后。",
    "findings": "发现：排查所见，分到隐患清单、风险清单或都不列入。",
    "sorting": "分拣：一条发现属于哪张清单、是否可能重大。",
    "hazards": "隐患清单与闭环：核实、方案、整改、复查、销号。",
    "duties": "排查任务（日周月）：谁该在何时排查、做了没有，由计划和排查记录推算。",
    "campaigns": "专项行动、专项整治、消地协作：轮次、检查名单、覆盖情况、发现。",
    "diligence": "走过场迹象：比对了什么、为什么也可能无妨；只是线索，不是结论。",
    "inspection-plans": "排查计划：周期、层级、责任人与代查人、检查的管控措施、班次。",
    "production-calendars": "生产日历：企业自己的生产日。",
    "production-stops": "停产：事前报告，期间免除排查，复工前须排查。",
    "incidents": "险情与事故：时间、地点、类型、后果；更正和撤回都有记录。",
    "special-periods": "特殊时段（两会、节假日）：每日了解掌握、每周协调调度。",
    "follow-ups": "履职记录：电话、视频、到场、协调调度会。",
    "risks": "风险清单：分析对象、单元、事件与管控措施；评估记录，候选风险的处理。",
    "risk-objects": "分析对象（重大危险源及包保责任人）与分析单元。",
    "risk-methods": "风险评估方法：因子取值、分级阈值的版本、来源。",
    "posts": "岗位与两单两卡（风险清单、职责清单、操作卡、应急处置卡），可打印。",
    "scan": "扫码：风险点、单元或岗位的检查内容、未销号隐患、本人今日任务。",
    "photos": "照片与文件（PDF）：地址即内容的 sha256。",
    "uploads": "断点续传（tus 1.0.0）：照片分片上传，信号断了接着传。`OPTIONS` 无须登录，说明所支持的扩展。",
    "tasks": "待办：等本人办理的一切。",
    "meta": "服务器说明与闭环流程表，无须登录。",
    "operations": "运行状况，供运维使用。",
}


GOOD: Final[Mapping[str, str]] = {
    "200": "成功。",
    "201": "已创建。",
    "204": "成功，无内容。",
    "206": "所要的部分字节。",
    "304": "与 `If-None-Match` 所示相同，没有变化。",
    "307": "请按 `Location` 到存储服务取，五分钟内有效（服务端设置 `S3_REDIRECT` 时）。",
}
REPLAY: Final = (
    "同一请求已经受理过：回答记录现在的样子，`replayed` 为 true；记录已不在本人范围内的，只有 `id` 和 `replayed`。"
)

REPLAYED: Final[Mapping[str, Any]] = {
    "type": "object",
    "title": "Replayed",
    "description": "同一请求已经受理过，而记录已不在本人范围内。",
    "properties": {"id": {"type": "string", "format": "uuid"}, "replayed": {"type": "boolean", "const": True}},
    "required": ["id", "replayed"],
    "additionalProperties": False,
}

HEADERS: Final[Mapping[str, Any]] = {
    "ETag": {
        "description": '`"<revision>-<view>"`：`If-Match` 比较 revision，`If-None-Match` 比较全部。',
        "schema": {"type": "string"},
        "example": '"3-5f3a9c1e0b7d"',
    },
    "RetryAfter": {
        "description": "多少秒后再试；正文 `retry_after` 相同。",
        "schema": {"type": "integer"},
        "example": 2,
    },
    "ServerTime": {
        "description": "服务器时刻。",
        "schema": {"type": "string", "format": "date-time"},
        "example": "2026-11-23T01:10:00.000Z",
    },
    "XRequestId": {"description": "请求编号，报修时请提供。", "schema": {"type": "string"}, "example": ID},
    "WWWAuthenticate": {"description": "RFC 6750。", "schema": {"type": "string"}, "example": "Bearer"},
}
EVERYWHERE: Final[Mapping[str, Any]] = {
    "Server-Time": {"$ref": "#/components/headers/ServerTime"},
    "X-Request-Id": {"$ref": "#/components/headers/XRequestId"},
}


def _header(name: str, description: str, example: str, **schema: Any) -> dict[str, Any]:
    described = {"name": name, "in": "header", "required": False, "description": description}
    return {**described, "schema": {"type": "string", **schema}, "example": example}


PARAMETERS: Final[Mapping[str, Any]] = {
    "AcceptLanguage": _header("Accept-Language", "问题说明的语言：zh-CN（默认）或 en。", "zh-CN"),
    "RequestId": _header(
        "X-Request-Id", "客户端自取的请求编号，字母、数字、`.`、`_`、`-`，至多 64 个；否则由服务器取。", ID
    ),
    "IfMatch": _header("If-Match", "所见记录的 ETag；正文有 `revision` 时不需要。", '"3-5f3a9c1e0b7d"'),
    "IfNoneMatch": _header("If-None-Match", "已有的 ETag；没有变化则回答 304。", '"3-5f3a9c1e0b7d"'),
    "MethodOverride": _header(
        "X-HTTP-Method-Override", "不能发此方法的客户端：以 POST 发送，并在此写明方法。", "PATCH"
    ),
}

# What examples of problems say besides what all problems say.
_FAULT: Final = {"pointer": "/description", "code": "missing", "message": Said("缺少必填项", "Field required")}
MEMBERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "invalid": {"errors": [_FAULT]},
    "too_large": {"limit": 1 << 20},
    "invalid_grant": {"error": "invalid_grant"},
    "locked_out": {"error": "invalid_grant"},
    "illegal_transition": {"allowed_actions": ["comment"], "current": {"state": "closed", "revision": 7}},
    "stale_revision": {"current": {"id": ID, "revision": 4}},
    "wrong_offset": {"offset": 1 << 20},
    "revision_required": {"current": {"id": ID, "revision": 4}},
}
