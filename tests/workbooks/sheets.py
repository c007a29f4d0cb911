"""Workbooks as people make them, and what is answered to them."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from fastapi.testclient import TestClient
from openpyxl import Workbook, load_workbook

from tests.conftest import Person

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def book(*rows: Sequence[Any], title: str = "Sheet1") -> bytes:
    """A file with one sheet of these rows."""
    return books({title: rows})


def books(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """A file with these sheets; what looks like a formula is text."""
    made = Workbook()
    made.remove(made.worksheets[0])
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
            for cell in sheet[sheet.max_row]:
                cell.data_type = "s" if cell.data_type == "f" else cell.data_type
    return saved(made)


def saved(made: Workbook) -> bytes:
    file = BytesIO()
    made.save(file)
    return file.getvalue()


def opened(content: bytes) -> Workbook:
    return load_workbook(BytesIO(content))


def send(client: TestClient, who: Person, path: str, content: bytes, **params: Any) -> Any:
    """The answer to a file that is sent as it is."""
    headers = who.headers | {"Content-Type": XLSX}
    return client.post(path, content=content, params=params, headers=headers)


def taken(client: TestClient, who: Person, path: str, content: bytes, **params: Any) -> dict[str, Any]:
    """What a file did that is expected to be taken."""
    answer = send(client, who, path, content, **params)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def refused(client: TestClient, who: Person, path: str, content: bytes) -> list[tuple[Any, ...]]:
    """The bad cells of a file that is expected to be refused: sheet, row, column, header and code."""
    answer = send(client, who, path, content)
    assert answer.status_code == 422, answer.text
    return [tuple(each[k] for k in ("sheet", "row", "column", "header", "code")) for each in answer.json()["errors"]]


def got(client: TestClient, who: Person, path: str, **params: Any) -> bytes:
    """A workbook that is expected to be given out."""
    answer = client.get(path, params=params, headers=who.headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == XLSX
    return answer.content


def rows_of(content: bytes, sheet: str) -> list[dict[str, Any]]:
    """The rows of a sheet by its titles."""
    titles, *rows = opened(content)[sheet].iter_rows(values_only=True)
    return [dict(zip(map(str, titles), row, strict=True)) for row in rows]
