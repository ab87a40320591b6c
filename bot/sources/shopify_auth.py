"""Who we are to Shopify: an existing token, or one granted to a client id and renewed in time (apis.md A6)."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
from pydantic import SecretStr

from bot import secrets
from bot.sources.retries import jittered
from bot.sources.shopify_errors import from_grant, garbled
from bot.sources.shopify_pace import UNTOLD
from bot.sources.transport import THROTTLED_TRIES, Patience, Wire, retry_after, throttled

TOKEN_PATH = "/admin/oauth/access_token"  # noqa: S105 - a path, not a secret
EARLY = timedelta(seconds=60)
"""How long before its end a token is renewed."""
LIFETIME = 86_399
"""Seconds a granted token lives when Shopify does not say."""


@dataclass(frozen=True, slots=True)
class ShopifyToken:
    """An access token that somebody already has, for instance of a legacy custom app."""

    token: SecretStr


@dataclass(frozen=True, slots=True)
class ShopifyClient:
    """A Dev Dashboard app's id and secret, from which tokens are requested."""

    client_id: SecretStr
    client_secret: SecretStr


Credentials = ShopifyToken | ShopifyClient


class Bearer(httpx.Auth):
    """Puts a token on a request, and keeps it out of every variable and log on the way."""

    def __init__(self, token: SecretStr) -> None:
        self.token = token

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Add the header."""
        request.headers["X-Shopify-Access-Token"] = self.token.get_secret_value()
        yield request


class Access:
    """The token in use. `scopes` is what the grant named, or None when nobody told."""

    def __init__(self, credentials: Credentials, wire: Wire) -> None:
        self.scopes: frozenset[str] | None = None
        self._credentials = credentials
        self._wire = wire
        self._lock = asyncio.Lock()
        self._bearer = Bearer(credentials.token) if isinstance(credentials, ShopifyToken) else None
        self._ends: datetime | None = None

    async def bearer(self, patience: Patience) -> Bearer:
        """Return a token that is good for another minute, requesting one if need be."""
        async with self._lock:
            return await self._current(patience)

    async def renewed(self, refused: Bearer, patience: Patience) -> Bearer | None:
        """Return another token than the refused one, or None when there is only that one."""
        if isinstance(self._credentials, ShopifyToken):
            return None
        async with self._lock:
            if self._bearer is refused:
                self._bearer = None
            return await self._current(patience)

    async def _current(self, patience: Patience) -> Bearer:
        ending = self._ends is not None and self._wire.clock.now() >= self._ends - EARLY
        if self._bearer is None or ending:
            self._bearer = await self._granted(patience)
        return self._bearer

    async def _granted(self, patience: Patience) -> Bearer:
        assert isinstance(self._credentials, ShopifyClient)
        response = await self._request(self._credentials, patience)
        body = _body(response)
        token = body.get("access_token")
        if not token:
            raise from_grant(response.status_code, response.text)
        self.scopes = scopes_in(body.get("scope"))
        self._ends = self._wire.clock.now() + timedelta(seconds=_lifetime(body.get("expires_in")))
        secrets.hide(str(token))
        return Bearer(SecretStr(str(token)))

    async def _request(self, client: ShopifyClient, patience: Patience) -> httpx.Response:
        form = {
            "grant_type": "client_credentials",
            "client_id": client.client_id.get_secret_value(),
            "client_secret": client.client_secret.get_secret_value(),
        }
        for _ in range(THROTTLED_TRIES):
            response = await self._wire.send("POST", TOKEN_PATH, patience, data=form)
            if response.status_code != 429:
                break
            await patience.come_back(retry_after(response, self._wire.clock.now()) or jittered(UNTOLD))
        else:
            raise throttled("shopify")
        if response.status_code != 200:
            raise from_grant(response.status_code, response.text)
        return response


def scopes_in(text: Any) -> frozenset[str] | None:
    """Return the scopes of a comma-separated text, or None when it names none: then nobody told."""
    named = str(text or "").replace(",", " ").split()
    return frozenset(named) or None


def _body(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        raise from_grant(response.status_code, response.text) from None
    if not isinstance(body, dict):
        raise garbled("the token endpoint did not answer with an object")
    return body


def _lifetime(told: Any) -> float:
    return float(told) if isinstance(told, (int, float)) and told > 0 else LIFETIME
