"""What an enterprise says of a post, and what its people read and scan."""

from io import BytesIO
from typing import Any
from uuid import uuid4

from fastapi.testclient import TestClient
from pypdf import PdfReader

from tests.conftest import Person, World


def describing(world: World, **more: Any) -> dict[str, Any]:
    """The grinder's post, as it is posted."""
    return {
        "id": str(uuid4()), "enterprise_id": str(world.enterprise), "name": "打磨工", "also_called": ["打磨岗"],
        "department": "打磨车间", "role": "worker",
    } | more  # fmt: skip


FILLED = {
    "duties": ["交接班时说明积尘情况"], "steps": ["先启动除尘系统"], "forbidden": ["用压缩空气吹扫积尘"],
    "protective": ["防静电工作服"], "signs": ["除尘器出口冒烟"], "first_actions": ["按下急停按钮"],
    "rescue": ["烧伤用清水冲洗"],
    "contacts": [
        {"title": "车间主任", "name": "李建国", "phone": "13800000001"},
        {"title": "值班室", "name": None, "phone": "6500120"},
    ],
}  # fmt: skip


def described(client: TestClient, keeper: Person, **more: Any) -> dict[str, Any]:
    """A post, as it was answered."""
    answer = client.post("posts", json=describing(keeper.world, **more), headers=keeper.headers)
    assert answer.status_code == 201, answer.text
    post: dict[str, Any] = answer.json()
    return post


def got(client: TestClient, person: Person, path: str) -> Any:
    """What a person is answered."""
    answer = client.get(path, headers=person.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def read(pdf: bytes) -> str:
    """The text of a PDF, without white space: lines break anywhere in Chinese."""
    return "".join("".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())
