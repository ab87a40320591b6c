"""The queue for other programs: read-only JSON under `/api`, behind a token, with its OpenAPI page at `/api/docs`."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from secrets import compare_digest
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi_offline import FastAPIOffline
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.gap_json import Json, gap_json, stamp
from storage.database import Database
from storage.gap import Event, State
from storage.queue import Queue

MOST = 500
"""Gaps that one answer holds at most."""
_ABOUT = (
    "What stuck knows, read-only. Times are ISO 8601 in UTC. Ask with `Authorization: Bearer` and the token that "
    "STUCK_API_TOKEN holds. No names, addresses, e-mails or phone numbers are in it."
)


class Cause(BaseModel):
    """Why it happened, and how sure that is."""

    code: str
    confidence: Literal["confirmed", "likely", "unknown"]
    text: str


class NextAction(BaseModel):
    """What to do about it."""

    code: str
    text: str


class Evidence(BaseModel):
    """What one system says, and when it was read."""

    system: Literal["shopify", "shipstation"]
    field: str
    value: str | None
    read_at: str


class Links(BaseModel):
    """Where it can be looked at."""

    shopify: str | None
    shipstation: str | None


class Gap(BaseModel):
    """A difference between Shopify and ShipStation that somebody has to own."""

    id: str
    store: str
    order: str | None = Field(description="As Shopify shows it; null for a gap of the whole store.")
    kind: str = Field(examples=["sync.unfulfilled"])
    headline: str
    severity: Literal["critical", "high", "normal", "low"]
    state: State
    owner: str | None = Field(description="Slack user id.")
    cause: Cause
    next_action: NextAction
    since: str = Field(description="When the problem itself began.")
    opened_at: str
    claimed_at: str | None
    snoozed_until: str | None
    resolved_at: str | None
    resolution: str | None
    reason: str | None
    evidence: list[Evidence]
    links: Links


class Turn(BaseModel):
    """One thing that happened to a gap."""

    at: str
    by: str | None = Field(description="Slack user id; null: stuck itself.")
    code: str = Field(examples=["claimed"])
    facts: dict[str, Any]


class GapWithHistory(Gap):
    """A gap and everything that happened to it, oldest first."""

    history: list[Turn]


class Page(BaseModel):
    """Some gaps, oldest first."""

    gaps: list[Gap]
    next: str | None = Field(description="Ask again with `after` set to this for more; null: that was all.")
    read_at: str


class Asked(BaseModel):
    """Which gaps are wanted. Without a state: all that are not resolved."""

    model_config = {"extra": "forbid"}

    state: State | None = None
    store: str | None = None
    kind: str | None = None
    owner: str | None = None
    order: str | None = None
    after: str | None = Field(None, description="The `next` of the answer before.")
    limit: int = Field(100, ge=1, le=MOST)


def build_api(database: Database, clock: Clock, token: str) -> FastAPI:
    """Return the ASGI app that is mounted at `/api`. Without the token it answers 401, and shows only its own page."""
    api = FastAPIOffline(title="stuck", version="1", description=_ABOUT, redoc_url=None)
    gaps = APIRouter(dependencies=[Depends(_only_with(token))], tags=["gaps"])

    @gaps.get("/gaps", summary="List gaps, oldest first", response_model=Page)
    async def list_gaps(asked: Annotated[Asked, Query()]) -> Json:
        return await _page(database, clock.now(), asked)

    @gaps.get("/gaps/{gap_id}", summary="One gap with its history", response_model=GapWithHistory)
    async def one_gap(gap_id: str) -> Json:
        found = await _with_history(database, clock.now(), gap_id)
        if found is None:
            raise HTTPException(404, "There is no gap of that id.")
        return found

    api.include_router(gaps)
    api.add_exception_handler(SQLAlchemyError, _no_database)
    return api


def _only_with(token: str) -> Callable[..., Awaitable[None]]:
    bearer = HTTPBearer(auto_error=False, description="The value of STUCK_API_TOKEN.")

    async def check(shown: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> None:
        if shown is None or not compare_digest(shown.credentials.encode(), token.encode()):
            raise HTTPException(
                401, "Show the token: Authorization: Bearer …", {"WWW-Authenticate": "Bearer"}
            )

    return check


async def _no_database(_request: Request, _error: Exception) -> JSONResponse:
    return JSONResponse({"detail": "The database does not answer. Try again in a minute."}, status_code=503)


async def _page(database: Database, now: datetime, asked: Asked) -> Json:
    async with database.read() as session:
        found = await Queue(session, now).list(
            state=asked.state, store=asked.store, kind=asked.kind, owner=asked.owner, order=asked.order,
            after=asked.after, unresolved=asked.state is None, limit=asked.limit + 1,
        )  # fmt: skip
    shown = found[: asked.limit]
    more = shown[-1].id if len(found) > asked.limit else None
    return {"gaps": [gap_json(gap, now) for gap in shown], "next": more, "read_at": stamp(now)}


async def _with_history(database: Database, now: datetime, gap_id: str) -> Json | None:
    async with database.read() as session:
        queue = Queue(session, now)
        gap = await queue.get(gap_id)
        history = await queue.history(gap_id)
    return None if gap is None else gap_json(gap, now) | {"history": [_turn(event) for event in history]}


def _turn(event: Event) -> Json:
    return {"at": stamp(event.at), "by": event.by, "code": event.code, "facts": dict(event.facts)}
