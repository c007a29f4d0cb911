"""A works with one of everything, and for each operation what is sent to it there."""

from base64 import b64encode
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import uuid4

from fastapi.testclient import TestClient

from app.foundation.clock import now, rfc3339
from app.foundation.credit_code import with_check_digit
from app.people.scope import ENTERPRISE, Role
from tests import stories
from tests.campaigns.stories import planning as planning_campaign
from tests.cards.stories import describing
from tests.conftest import Person, World
from tests.duties.stories import planning as planning_rounds
from tests.duties.stories import stopping
from tests.inspections.stories import posted, reporting, single
from tests.photos.stories import jpeg, sha
from tests.risks.stories import added, assessing, measured, measuring, telling
from tests.workbooks.sheets import book

Sent = dict[str, Any]


@dataclass
class Town:
    """The subjects stand ready in the state that each operation needs; ask with `dry_run`, and they stay there."""

    client: TestClient
    world: World

    def __post_init__(self) -> None:
        roles = (Role.WORKER, Role.SAFETY_OFFICER, Role.MANAGER, Role.SUPERVISOR, Role.TEAM_LEADER)
        self.worker, self.officer, self.manager, self.supervisor, self.leader = map(self.world.someone, roles)

    @cached_property
    def insiders(self) -> dict[Role, Person]:
        return {role: self.world.someone(role) for role in Role}

    @cached_property
    def outsiders(self) -> dict[Role, Person]:
        return {role: self._outsider(role) for role in Role}

    def _outsider(self, role: Role) -> Person:
        """Of another works; of the next town, or a supervisor of another county; an expert of another works."""
        if role in ENTERPRISE:
            return self.world.someone(role, enterprise_id=self.other_works)
        if role is Role.EXPERT:
            return self.world.someone(role, area_code=self.world.next_town, areas=(), assigned=(self.other_works,))
        elsewhere = "110000000000" if role is Role.SUPERVISOR else self.world.next_town
        return self.world.someone(role, area_code=self.world.next_town, areas=(elsewhere,))

    @cached_property
    def other_works(self) -> Any:
        return self.world.works(area_code=self.world.next_town)

    def do(self, by: Person, hazard: str, action: str, body: Sent) -> str:
        stories.done(self.client, by, hazard, action, body)  # type: ignore[arg-type]
        return hazard

    @cached_property
    def reported(self) -> str:
        return str(stories.put_on_the_list(self.world, self.worker))

    def _rectifying(self) -> str:
        return self.do(
            self.officer,
            str(stories.put_on_the_list(self.world, self.worker)),
            "confirm",
            stories.confirming(self.worker),
        )

    @cached_property
    def rectifying(self) -> str:
        return self._rectifying()

    @cached_property
    def planned(self) -> str:
        return self.do(
            self.manager, self._rectifying(), "submit_plan", stories.planning(self.worker, due_on=stories.day(5))
        )

    @cached_property
    def late(self) -> str:
        """One whose extension is asked for."""
        asking = {"due_on": stories.day(40), "reason": "配件未到"}
        return self.do(self.worker, self._rectifying(), "request_extension", asking)

    def _reviewing(self) -> str:
        return self.do(self.worker, self._rectifying(), "rectify", stories.rectifying(self.worker))

    @cached_property
    def reviewing(self) -> str:
        return self._reviewing()

    @cached_property
    def closed(self) -> str:
        return self.do(self.officer, self._reviewing(), "accept", stories.accepting())

    @cached_property
    def inspection(self) -> Sent:
        return posted(self.client, self.leader, reporting(self.world, {"description": "通道有杂物"}))

    @property
    def finding(self) -> str:
        return str(self.inspection["findings"][0]["id"])

    @cached_property
    def risk(self) -> Sent:
        return added(self.client, self.officer)

    @cached_property
    def candidate(self) -> str:
        """What the leader saw, and no list had: it waits on the risk list."""
        seen = {"description": "新增激光切割机", "list": "risk"}
        finding = posted(self.client, self.leader, reporting(self.world, seen))["findings"][0]
        return str(finding["id"])

    @cached_property
    def unit(self) -> Sent:
        """A unit of the risk's object."""
        units = self.client.get(f"risk-objects/{self.risk['object_id']}/units", headers=self.officer.headers)
        unit: Sent = units.json()["items"][0]
        return unit

    @cached_property
    def measure(self) -> Sent:
        return measured(self.client, self.officer, self.risk)

    def made(self, by: Person, path: str, body: Sent) -> str:
        answer = self.client.post(path, json=body, headers=by.headers)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    @cached_property
    def rounds(self) -> str:
        """A plan of inspections."""
        return self.made(self.officer, "inspection-plans", planning_rounds(self.world))

    @property
    def ahead(self) -> Sent:
        """A stop of production that is to come."""
        return stopping(self.world, from_on=stories.day(3), to_on=stories.day(9))

    @cached_property
    def post(self) -> Sent:
        answer = self.client.post("posts", json=describing(self.world), headers=self.officer.headers)
        assert answer.status_code == 201, answer.text
        post: Sent = answer.json()
        return post

    @cached_property
    def stop(self) -> str:
        return self.made(self.manager, "production-stops", self.ahead)

    @property
    def seat(self) -> Sent:
        """Somebody who takes a seat."""
        return {"seat": "administrative", "name": "冯建国", "post": "镇长"}

    @cached_property
    def seated(self) -> str:
        path = f"enterprises/{self.world.enterprise}/responsible-persons"
        return self.made(self.supervisor, path, {**self.seat, "seat": "regulatory", "id": str(uuid4())})

    @property
    def smoke(self) -> Sent:
        """A danger."""
        told = {"id": str(uuid4()), "enterprise_id": str(self.world.enterprise), "kind": "danger"}
        return {**told, "occurred_at": rfc3339(now()), "description": "除尘管道冒烟"}

    @cached_property
    def incident(self) -> str:
        return self.made(self.officer, "incidents", self.smoke)

    @property
    def congress(self) -> Sent:
        """A special period that is to come."""
        days = {"from_on": stories.day(3), "to_on": stories.day(9)}
        return {"id": str(uuid4()), "area_code": self.world.town, "name": "两会", **days}

    @cached_property
    def period(self) -> str:
        return self.made(self.supervisor, "special-periods", self.congress)

    @property
    def campaigning(self) -> Sent:
        """A campaign of the town, with a round that is to come."""
        rounds = [{"name": "上半年", "from_on": stories.day(3), "to_on": stories.day(90)}]
        return planning_campaign(self.world, area_code=self.world.town, rounds=rounds)

    @cached_property
    def campaign(self) -> str:
        return self.made(self.supervisor, "campaigns", self.campaigning)

    @cached_property
    def photo(self) -> str:
        """Of the leader, shown by an inspection."""
        picture = jpeg()
        stories.send_photo(self.client, self.leader, picture)
        finding = {"description": "粉尘堆积", "photos": [sha(picture)]}
        posted(self.client, self.leader, reporting(self.world, finding, photos=[{"sha256": sha(picture)}]))
        return sha(picture)

    @cached_property
    def upload(self) -> str:
        """A photo of the leader that is to come in pieces."""
        answer = self.client.post("uploads", headers=self.leader.headers | self.tus_heads(jpeg()))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    @cached_property
    def missing_photo(self) -> str:
        """Declared by the leader, and still under way."""
        sha256 = uuid4().hex * 2
        posted(self.client, self.leader, reporting(self.world, {"description": "粉尘堆积", "photos": [sha256]}))
        return sha256

    def hazard_of(self, action: str) -> str:
        """The hazard on which an action is possible."""
        states = {
            "reported": ("confirm", "dismiss", "withdraw", "rectify_on_the_spot", "remind", "comment"),
            "planned": ("approve_plan", "reject_plan"),
            "late": ("grant_extension", "refuse_extension"),
            "reviewing": ("accept", "reject"),
            "closed": ("reopen",),
        }
        state = next((state for state, actions in states.items() if action in actions), "rectifying")
        return str(getattr(self, state))

    @cached_property
    def files(self) -> dict[str, bytes]:
        """The workbook that is sent to each operation that takes one."""
        code = with_check_digit("91500" + str(uuid4().int)[:12])
        return {
            "import_enterprises": book(("企业名称", "信用代码", "所属区划"), ("新厂", code, self.world.village)),
            "import_ledger": book(("隐患描述", "级别", "发现日期"), ("通道堆料", "一般", "2023-05-06")),
            "import_risks": book(("分析对象", "分析单元", "风险事件"), ("打磨车间", "除尘系统", "粉尘爆炸")),
            "import_checklists": book(("检查表名称", "周期"), ("班组日查", "日")),
        }

    def path_values(self, operation: str) -> dict[str, str]:
        return {
            "hazard_id": self.hazard_of(operation.removesuffix("_hazard")),
            "risk_id": self.candidate if operation == "decide_risk" else self.risk["id"],
            "object_id": self.unit["object_id"],
            "unit_id": self.unit["id"],
            "table": "risk_unit",
            "book": "risks",
            "measure_id": self.measure["id"],
            "enterprise_id": str(self.world.enterprise),
            "user_id": str(self.worker.id),
            "inspection_id": self.inspection["id"],
            "finding_id": self.finding,
            "sha256": self.missing_photo if operation == "lose_photo" else self.photo,
            "size": "thumbnail",
            "device_id": "phone",
            "upload_id": self.upload,
            "plan_id": self.rounds,
            "post_id": self.post["id"],
            "code": self.post["scan_code"],
            "stop_id": self.stop,
            "campaign_id": self.campaign,
            "person_id": self.seated,
            "incident_id": self.incident,
            "period_id": self.period,
        }

    def bodies(self) -> dict[str, Sent]:
        """What is sent to each operation, by its id: enough to be taken, from whoever may."""
        worker, because = self.worker, {"reason": "重复上报"}
        on_the_spot = {
            "measures_taken": "已清理", "photos_before": [], "photos_after": ["ef" * 32],
            "rectified_by": [{"id": str(worker.id)}], "performed_at": "2026-11-24T16:30:00+08:00",
        }  # fmt: skip
        plan = stories.planning(worker, due_on=stories.day(5), signed_document="ab" * 32)
        actions = {
            "confirm": stories.confirming(worker), "dismiss": because, "withdraw": because,
            "assign": {"responsible_id": str(worker.id), "reason": "岗位调整"},
            "submit_plan": plan, "approve_plan": {"comment": "可行"}, "reject_plan": {"comment": "资金不明"},
            "rectify": stories.rectifying(worker), "rectify_on_the_spot": on_the_spot,
            "accept": stories.accepting(), "reject": stories.rejecting(),
            "regrade": {"level": "major", "reason": "符合判定标准", "criterion": "GM-11-03"},
            "request_extension": {"due_on": stories.day(40), "reason": "配件未到"},
            "grant_extension": {"due_on": stories.day(35), "reason": "属实"}, "refuse_extension": because,
            "reopen": stories.rejecting(), "remind": {"text": "请尽快"}, "comment": {"text": "看过"},
        }  # fmt: skip
        return {f"{name}_hazard": body for name, body in actions.items()} | {
            "put_device": {"platform": "wechat"},
            "change_password": {"old": "x", "new": "一个足够长的新口令 2026"},
            "add_enterprise": {
                "kind": "enterprise", "name": "新厂", "area_code": self.world.village,
                "credit_code": with_check_digit("91500" + str(uuid4().int)[:12]),
            },
            "change_enterprise": {"revision": 1, "address": "工业路 12 号"},
            "add_user": {
                "username": f"n{uuid4().hex}", "name": "钱七", "roles": ["worker"],
                "scope": {"enterprise_ids": [str(self.world.enterprise)]},
            },
            "change_user": {"revision": 1, "phone": "13900000000"},
            "report_inspection": reporting(self.world), "report_finding": single(self.world),
            "sort_finding": {"list": "hazard", "level": "general", "reason": "应当整改"},
            "preview_sorting": {"description": "除尘系统未设置泄爆口", "enterprise_id": str(self.world.enterprise)},
            "add_plan": planning_rounds(self.world), "change_plan": {"revision": 1, "days": "work"},
            "declare_calendar": {"enterprise_id": str(self.world.enterprise), "from_on": stories.day(2)},
            "add_campaign": self.campaigning, "change_campaign": {"revision": 1, "basis": "渝消〔2026〕18 号"},
            "declare_stop": self.ahead, "change_stop": {"revision": 1, "to_on": stories.day(10)},
            "appoint_responsible_person": self.seat,
            "change_responsible_person": {"revision": 1, "unit": "土桥镇人民政府"},
            "record_incident": self.smoke,
            "correct_incident": {"revision": 1, "place": "除尘间", "reason": "核实后更正"},
            "declare_special_period": self.congress, "change_special_period": {"revision": 1, "to_on": stories.day(8)},
            "record_follow_up": {
                "enterprise_ids": [str(self.world.enterprise)], "manner": "phone", "note": "值守正常",
            },
            "lose_photo": {"reason": "手机损坏，照片无法恢复"},
            "add_risk": telling(self.world), "change_risk": {"revision": 1, "post": "打磨班组"},
            "assess_risk": assessing(), "decide_risk": {"decision": "reject", "reason": "不是危险源"},
            "review_risk": {"because": "accident", "reason": "同类企业发生事故"},
            "add_risk_object": {"enterprise_id": str(self.world.enterprise), "name": "液氨储罐区"},
            "change_risk_object": {"revision": 1, "place": "厂区东侧"}, "add_risk_unit": {"name": "卸车台"},
            "change_risk_unit": {"revision": 1, "department": "生产部"},
            "add_post": describing(self.world, name="电工", also_called=[]),
            "change_post": {"revision": 1, "steps": ["停电、验电、挂牌"]},
            "replace_code": {"reason": "标签破损"},
            "add_measure": measuring(), "change_measure": {"revision": 1, "always": True},
        }  # fmt: skip

    def tus_heads(self, photo: bytes) -> dict[str, str]:
        """What a request for an upload says in its head."""
        said = f"sha256 {b64encode(sha(photo).encode()).decode()}"
        length = str(len(photo))
        return {
            "Tus-Resumable": "1.0.0", "Upload-Metadata": said, "Upload-Length": length, "Upload-Offset": "0",
        }  # fmt: skip

    def ask(self, operation: Sent, who: Person | None, values: dict[str, str] | None = None, **more: Any) -> Any:
        """The answer to who asks, in a dry run where it would change something."""
        name, method = operation["operationId"], operation["method"]
        raw = jpeg() if "photo" in name or name == "create_upload" else self.files.get(name, b"")
        own = {"sha256": sha(raw)} if name == "put_photo" else {}
        path = operation["path"].removeprefix("/api/v1/").format_map(self.path_values(name) | own | (values or {}))
        told: dict[str, Any] = {"headers": who.headers if who else {}}
        if method != "get":
            told["params"] = {"dry_run": "true"}
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            told["json"] = self.bodies()[name]
        elif "multipart/form-data" in content:
            told["files"] = {"file": ("x.jpg", raw, "image/jpeg")}
        elif content:
            told["content"] = raw
            told["headers"] = {**told["headers"], "Content-Type": next(iter(content))}
        if "upload" in name:
            told["headers"] = {**told["headers"], **self.tus_heads(raw)}
        return self.client.request(method, path, **told | more)
