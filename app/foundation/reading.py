"""Reading what a client sent, strictly: what is not plain JSON within bounds is refused, and never guessed at."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NoReturn

from fastapi import Request
from pydantic import BaseModel, TypeAdapter, ValidationError

from app.foundation.problems import Invalid, Malformed, Problem, Said, TooLarge, UnsupportedMedia
from app.foundation.wire import clean

JSON_LIMIT: Final = 1 << 20
DEPTH_LIMIT: Final = 64
UNREADABLE: Final = Said("不得含控制字符", "Control characters are not allowed")

# pydantic's word for a fault → what is said of it in Chinese; {…} are the fault's own terms.
IN_CHINESE: Final[Mapping[str, str]] = {
    "missing": "缺少必填项",
    "extra_forbidden": "未知的字段",
    "string_type": "应为文本",
    "string_too_short": "至少 {min_length} 个字符",
    "string_too_long": "最多 {max_length} 个字符",
    "string_pattern_mismatch": "格式不符",
    "enum": "应为 {expected} 之一",
    "literal_error": "应为 {expected} 之一",
    "uuid_parsing": "应为 UUID",
    "uuid_type": "应为 UUID",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "float_type": "应为数字",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "greater_than_equal": "不得小于 {ge}",
    "greater_than": "应大于 {gt}",
    "less_than_equal": "不得大于 {le}",
    "less_than": "应小于 {lt}",
    "too_long": "最多 {max_length} 项",
    "too_short": "至少 {min_length} 项",
    "date_from_datetime_parsing": "应为日期，如 2026-11-23",
    "date_parsing": "应为日期，如 2026-11-23",
    "date_type": "应为日期，如 2026-11-23",
    "datetime_parsing": "应为带时区的时刻，如 2026-11-23T09:02:00+08:00",
    "datetime_from_date_parsing": "应为带时区的时刻，如 2026-11-23T09:02:00+08:00",
    "datetime_type": "应为带时区的时刻，如 2026-11-23T09:02:00+08:00",
    "timezone_aware": "时刻须带时区",
    "decimal_parsing": '应为十进制数的文本，如 "1200.00"',
    "decimal_type": '应为十进制数的文本，如 "1200.00"',
    "model_type": "应为对象",
    "model_attributes_type": "应为对象",
    "dict_type": "应为对象",
    "list_type": "应为数组",
    "tuple_type": "应为数组",
}

# What a rule of ours says of a value, by the English that it raises.
RULES_IN_CHINESE: Final[Mapping[str, str]] = {
    "a major hazard needs criterion or reason, cause and interim_measures": (
        "重大隐患须写明判定标准或理由、原因和临时措施"
    ),
    "a factor that this method needs": "这种评估方法需要这个因子",
    "a number, or its decimal text": '应为数字或其十进制文本，如 "0.5"',
    "blank": "不得为空白",
    "control characters": "不得含控制字符",
    "400 days at most": "至多 400 天",
    "62 days at most": "至多 62 天",
    "93 days at most": "至多 93 天",
    "a day is either off or worked": "同一天不能既休息又生产",
    "date out of range": "日期超出范围",
    "either id, or name and phone": "请给出 id，或姓名和电话",
    "either user_id, or name": "请给出 user_id 或姓名",
    "either responsible_id or responsible": "请给出 responsible_id 或 responsible 之一",
    "instant out of range": "时刻超出范围",
    "it ends before it begins": "结束早于开始",
    "merge says into which risk, and nothing else does": "并入须写明并入哪条风险（into），其他处理不写",
    "not a factor of this method": "这种评估方法没有这个因子",
    "not a value of this factor": "不是这个因子的取值，见 GET /risk-methods",
    "object and unit come together": "分析对象与分析单元须同时填写",
    "object comes with its unit": "修改分析对象须同时写明分析单元",
    "only what is adopted is placed": "只有纳入风险清单时才填写位置等信息",
    "rounds follow one another, and do not overlap": "各轮次须先后排列，不得重叠",
    "say hazard, risk or none, or a level, criterion, measure_id or seen_again": (
        "请写明清单（隐患、风险或不列入）、级别、判定标准、管控措施或已有的隐患"
    ),
    "spot checks are not planned": "抽查不列入计划",
    "W,S,E,N in degrees": "应为西、南、东、北四个度数",
    "W,S,E,N in degrees, W ≤ E and S ≤ N": "应为西、南、东、北四个度数，西不大于东，南不大于北",
    "say why": "请说明理由",
    "too long in its normal form": "规范化后过长",
    "yuan as decimal text": '应为元的十进制文本，如 "1200.00"',
    "<plan id>:<period>[:<shift>], the period as 2026-11-23, 2026-W48 or 2026-11": (
        "应为 <计划 id>:<期间>[:<班次>]，期间如 2026-11-23、2026-W48 或 2026-11"
    ),
}


async def read_body(request: Request, limit: int = JSON_LIMIT) -> bytes:
    """The body, read no further than its limit.

    Raises:
        TooLarge: it is longer.
    """
    too_large = TooLarge(limit=limit)
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > limit:
        raise too_large
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise too_large
        parts.append(part)
    return b"".join(parts)


def media_type(request: Request) -> str:
    """The content type without its parameters, in lower case."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_json(request: Request, limit: int = JSON_LIMIT) -> Any:
    """The body as JSON (RFC 8259).

    Raises:
        UnsupportedMedia: it is declared to be something else.
        Malformed, TooLarge: it is not JSON, or too much of it.
    """
    kind = media_type(request)
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise UnsupportedMedia(Said("请以 application/json 发送", "Send application/json"))
    return strict_json(await read_body(request, limit))


def strict_json(content: bytes) -> Any:
    """JSON without NaN, numbers that are infinite here, repeated names or absurd depth.

    Raises:
        Malformed: it is none.
    """
    try:
        value = json.loads(
            content.decode(), parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_no_repetition
        )
    except (ValueError, RecursionError):
        raise Malformed from None
    if _deeper_than(DEPTH_LIMIT, value):
        raise Malformed(Said("嵌套过深", "Nested too deeply"))
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(digits)
    return number


def _no_repetition(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a name stands twice")
    return made


def _deeper_than(limit: int, value: Any) -> bool:
    level = [value]
    for _ in range(limit):
        nested = [item for item in level if isinstance(item, dict | list)]
        if not nested:
            return False
        level = [inner for item in nested for inner in (item.values() if isinstance(item, dict) else item)]
    return True


class Form:
    """What a request asks for besides its body: its parameters, judged all at once."""

    def __init__(self, path: Mapping[str, TypeAdapter[Any]], query: type[BaseModel]) -> None:
        self._path, self._query = path, query
        self._lists = {
            name for name, field in query.model_fields.items() if str(field.annotation).startswith(("tuple", "list"))
        }

    def read(self, request: Request) -> tuple[dict[str, Any], Any, list[dict[str, Any]]]:
        """The path's parameters, the query as its model, and the faults of both."""
        read: dict[str, Any] = {}
        faults: list[dict[str, Any]] = []
        for name, kind in self._path.items():
            try:
                read[name] = kind.validate_strings(request.path_params[name])
            except ValidationError as error:
                faults += faults_of(error, f"{{{name}}}")
        asked: dict[str, Any] = {}
        for name, text in request.query_params.multi_items():
            try:
                value = clean(text)
            except ValueError:
                faults.append({"pointer": f"?{_escaped(name)}", "code": "value_error", "message": UNREADABLE})
                continue
            if name in self._lists:
                asked.setdefault(name, []).append(value)
            else:
                asked[name] = value
        try:
            query = self._query.model_validate(asked)
        except ValidationError as error:
            faults += faults_of(error, "?", separator="")
            query = None
        return read, query, faults


def read_model(model: type[BaseModel], value: Any) -> tuple[Any, list[dict[str, Any]]]:
    """The body as its model, or None; and its faults, each with a JSON pointer to its place."""
    try:
        return model.model_validate(value), []
    except ValidationError as error:
        return None, faults_of(error)


def faults_of(error: ValidationError, prefix: str = "", separator: str = "/") -> list[dict[str, Any]]:
    return [
        {
            "pointer": prefix + "".join(separator + _escaped(part) for part in fault["loc"]),
            "code": fault["type"],
            "message": Said(_chinese(fault["type"], fault.get("ctx") or {}, fault["msg"]), fault["msg"]),
        }
        for fault in error.errors(include_url=False, include_input=False)[:100]
    ]


def _escaped(part: object) -> str:
    # A name may hold what no header or log should: RFC 6901 escapes, and halves of characters made visible.
    return str(part).replace("~", "~0").replace("/", "~1").encode("utf-8", "backslashreplace").decode()


def _chinese(kind: str, terms: Mapping[str, Any], otherwise: str) -> str:
    rule = str(terms.get("error", ""))
    if rule in RULES_IN_CHINESE:
        return RULES_IN_CHINESE[rule]
    try:
        return IN_CHINESE[kind].format(**terms)
    except KeyError:
        return otherwise


def refuse(faults: Iterable[dict[str, Any]]) -> Problem | None:
    """The problem that says all the faults; None if there are none. A single particular fault lends it its code."""
    listed = list(faults)
    if not listed:
        return None
    return Invalid(errors=listed)
