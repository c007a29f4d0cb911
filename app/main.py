"""The application: the only file that knows every feature."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import anyio
from anyio.abc import TaskGroup
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from app.campaigns import routes as campaigns
from app.campaigns.keeping import CAMPAIGNS
from app.campaigns.tasks import tasks as campaign_tasks
from app.cards import routes as cards
from app.cards.sheets import PublicAddress
from app.criteria.current import CRITERIA, Current
from app.diligence import routes as diligence
from app.diligence.detail import SIGNS
from app.duties import routes as duties
from app.duties.others import Others
from app.duties.tasks import tasks as duty_tasks
from app.evidence import routes as evidence
from app.evidence.checking import keep_checking
from app.foundation import front
from app.foundation.blobs import Blobs
from app.foundation.database import Database
from app.foundation.keyring import Keyring
from app.foundation.moved import Moved
from app.foundation.printing import Press
from app.hazards import commands as hazard_commands
from app.hazards import routes as hazards
from app.hazards.colours import live_levels
from app.hazards.models import Hazard
from app.hazards.sights import photos_beyond_scope
from app.hazards.tasks import tasks as hazard_tasks
from app.inspections import losing as finding_losses
from app.inspections import routes as inspections
from app.inspections.deciding import put_on_hazard_list
from app.inspections.duties import Duties
from app.inspections.models import Finding
from app.inspections.signs import Signs
from app.inspections.sorter import Sorter
from app.inspections.tasks import tasks as finding_tasks
from app.journal.events import PEN
from app.journal.sealer import keep_sealing
from app.meta import routes as meta
from app.meta.about import About
from app.operations import health
from app.oversight import routes as oversight
from app.oversight.keeping import DUTIES
from app.oversight.owing import OTHERS
from app.oversight.tasks import tasks as oversight_tasks
from app.people import login
from app.people import routes as people
from app.people.calls import House
from app.people.hashing import Hashing
from app.photos import routes as photos
from app.photos.arrivals import Arrivals
from app.photos.captions import Records
from app.photos.darkroom import Darkroom
from app.photos.losing import Losses
from app.photos.missing import Subjects
from app.photos.tus import routes as uploads
from app.photos.tus.tidying import keep_tidying
from app.risks import object_routes as risk_objects
from app.risks import routes as risks
from app.risks.deciding import HazardOf
from app.risks.levels import LiveLevels
from app.settings import Settings
from app.tasks import routes as tasks
from app.tasks.terms import Sources
from app.web.docs import mount_docs
from app.web.openapi import Described, operation_id
from app.web.scan_page import mount_scan
from app.workbooks import routes as workbooks
from app.workbooks.receiving import Desk

EXPOSED = [
    "ETag", "Location", "Retry-After", "Server-Time", "X-Request-Id", "Tus-Resumable", "Tus-Version", "Tus-Extension",
    "Tus-Max-Size", "Tus-Checksum-Algorithm", "Upload-Offset", "Upload-Length", "Upload-Metadata", "Upload-Expires",
    "Content-Location",
]  # fmt: skip


def open_blobs(settings: Settings) -> Blobs:
    """The store of photos; while it moves, with the one before it."""
    blobs = open_store(settings, settings.blobs)
    return Moved(blobs, open_store(settings, settings.blobs_before)) if settings.blobs_before else blobs


def open_store(settings: Settings, address: str) -> Blobs:
    """The store at an address: a folder, or s3://bucket/prefix."""
    if address.startswith("s3://"):
        return Blobs.open(
            address, endpoint=settings.s3_endpoint, region=settings.s3_region,
            access_key=settings.s3_access_key_id, secret_key=settings.s3_secret_access_key,
            virtual_hosted=settings.s3_virtual_hosted, links=settings.s3_redirect,
            public_endpoint=settings.s3_public_endpoint, timeout=settings.s3_timeout,
        )  # fmt: skip
    return Blobs.open(address)


def start_chores(background: TaskGroup, database: Database, keys: Keyring, room: Darkroom, *, checks: bool) -> None:
    """What every server process does beside serving, and `app worker` alone, until cancelled; `checks` of photos may be
    left to the worker."""
    background.start_soon(keep_sealing, database, keys)
    background.start_soon(keep_tidying, database, room)
    if checks:
        background.start_soon(keep_checking, database, room)


def create_app(settings: Settings) -> FastAPI:
    """The whole house over one database and one store of photos."""
    settings.refuse_weak_secrets()
    keys = Keyring.open(settings.keys, settings.secret or None)
    blobs = open_blobs(settings)
    room = Darkroom(blobs)
    current = Current()
    sorter = Sorter(current)
    database = Database(settings.database, threads=settings.database_threads, carried={PEN: keys, CRITERIA: current})

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        async with anyio.create_task_group() as background:
            await current.look(database)
            background.start_soon(current.keep, database)
            start_chores(background, database, keys, room, checks=settings.photo_checks)
            yield
            background.cancel_scope.cancel()
        database.engine.dispose()

    app = Described(
        title="隐患排查治理", docs_url=None, redoc_url=None, openapi_url="/openapi.json", lifespan=living,
        generate_unique_id_function=operation_id, separate_input_output_schemas=False,
    )  # fmt: skip
    app.state.house = House(
        {
            Database: database, Blobs: blobs, Darkroom: room, Keyring: keys, Hashing: Hashing(),
            Press: Press(), PublicAddress: PublicAddress(settings.public_url),
            Arrivals: Arrivals([hazard_commands.photos_arrived]),
            Losses: Losses([finding_losses.photos_lost, hazard_commands.photos_lost]),
            Subjects: Subjects({Hazard.KIND: hazard_commands.titles, **finding_losses.TITLES}),
            Records: Records([photos_beyond_scope], {Hazard.KIND: Hazard, Finding.KIND: Finding}),
            LiveLevels: LiveLevels(live_levels), Sorter: sorter,
            HazardOf: HazardOf(partial(put_on_hazard_list, sorter=sorter)),
            Duties: DUTIES.beside(CAMPAIGNS), Signs: SIGNS,
            Others: OTHERS,
            Sources: Sources((hazard_tasks, finding_tasks, duty_tasks, oversight_tasks, campaign_tasks)),
            About: About(settings.minimum_app, current),
            Desk: Desk(),
        }
    )  # fmt: skip
    front.install(app)
    app.include_router(hazards.router)  # what is asked most comes first: a request passes by all before its own
    app.include_router(inspections.router)
    app.include_router(photos.router)
    app.include_router(photos.pictures)
    app.include_router(uploads.router)
    app.include_router(uploads.abilities)
    app.include_router(tasks.router)
    app.include_router(duties.router)
    app.include_router(oversight.router)
    app.include_router(campaigns.router)
    app.include_router(diligence.router)
    app.include_router(risks.router)
    app.include_router(risk_objects.router)
    app.include_router(people.router)
    app.include_router(oversight.of_enterprises)
    app.include_router(workbooks.router)
    app.include_router(workbooks.templates)
    app.include_router(risk_objects.enterprises)
    app.include_router(cards.router)
    app.include_router(cards.codes)
    app.include_router(cards.enterprises)
    app.include_router(login.router)
    app.include_router(evidence.router)
    app.include_router(meta.router)
    app.include_router(health.router)
    mount_docs(app)
    mount_scan(app)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=settings.cors_origins, allow_methods=["*"], allow_headers=["*"],
            expose_headers=EXPOSED, max_age=3600,
        )  # fmt: skip
    return app
