"""Graph's paths: who they belong to, tokens, bodies, and files."""

from __future__ import annotations

import hashlib
import hmac
import html
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from rapport_simulators.graph.errors import GraphError, no_such_object
from rapport_simulators.graph.messenger import Uploaded
from rapport_simulators.graph.settings import MESSENGER, WHATSAPP
from rapport_simulators.provider.control import Control, Json
from rapport_simulators.provider.media import StoredFile
from rapport_simulators.provider.server import without_version

if TYPE_CHECKING:
    from rapport_simulators.graph.simulator import GraphSimulator

Work = Callable[[Request], Awaitable[Any]]
_PAGE_SIZE = 25
_PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" '
    'fill="#5b6ee1"/><text x="20" y="26" font-size="16" text-anchor="middle" fill="#fff" '
    'font-family="sans-serif">{}</text></svg>'
)


def graph_app(sim: GraphSimulator) -> ASGIApp:
    """The application of a simulator."""
    paths = _Paths(sim)
    routes = [
        Control(sim).routes(),
        Route("/_pictures/{psid}.svg", paths.picture),
        Route("/_files/{token}", paths.public_file),
        Route("/_media/{token}", paths.route(paths.download, "media")),
        Route("/{node}/messages", paths.route(paths.messages, "messages"), methods=["POST"]),
        Route("/{node}/media", paths.route(paths.upload, "media"), methods=["POST"]),
        Route(
            "/{node}/message_attachments",
            paths.route(paths.attach, "message_attachments"),
            methods=["POST"],
        ),
        Route("/{node}/message_templates", paths.route(paths.templates, "templates")),
        Route(
            "/{node}/subscribed_apps",
            paths.route(paths.subscribed, "subscribed_apps"),
            methods=["GET", "POST"],
        ),
        Route("/{node}", paths.route(paths.node, "node")),
        Route("/{node}", paths.route(paths.delete, "node"), methods=["DELETE"]),
    ]
    return without_version(Starlette(routes=routes))


class _Paths:
    def __init__(self, sim: GraphSimulator) -> None:
        self._sim = sim
        self._settings = sim.settings
        page = {"me", self._settings.page_id}
        self._channels = dict.fromkeys(page, MESSENGER)
        self._channels[self._settings.phone_number_id] = WHATSAPP
        self._channels[self._settings.business_account_id] = WHATSAPP

    def route(self, work: Work, name: str) -> Callable[[Request], Awaitable[Response]]:
        """Check the token, do the work, word refusals, let faults happen."""

        async def answer(request: Request) -> Response:
            channel = self._channel(request)
            labels = {name, channel}
            labels |= await self._recipient(request) if name == "messages" else set()

            async def guarded() -> Response:
                try:
                    await self._authorize(request)
                    result = await work(request)
                except GraphError as error:
                    return self._sim.error(error, whatsapp=channel == WHATSAPP)
                return result if isinstance(result, Response) else Json(result)

            try:
                return await self._sim.answer(request, labels, guarded)
            finally:
                await request.close()

        return answer

    def _channel(self, request: Request) -> str:
        node = request.path_params.get("node", "")
        customer = self._sim.customers.find(node)
        known = customer.channel if customer else WHATSAPP
        return self._channels.get(node, known)

    async def _recipient(self, request: Request) -> set[str]:
        """Whom a message is for, so that faults can be limited to them."""
        try:
            payload = await _payload(request)
            to = payload.get("to") or (payload.get("recipient") or {}).get("id")
        except (GraphError, AttributeError):
            return set()
        return {str(to).lstrip("+")} if to else set()

    async def _authorize(self, request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        given = token if scheme.lower() == "bearer" else request.query_params.get("access_token")
        if not given and request.method == "POST":
            given = (await _payload(request)).get("access_token")
        if not given:
            raise GraphError(190, "An access token is required", status=401)
        if not hmac.compare_digest(str(given), self._settings.access_token):
            raise GraphError(190, "Invalid OAuth access token")
        proof = request.query_params.get("appsecret_proof")
        if proof is not None:
            secret, content = self._settings.app_secret.encode(), str(given).encode()
            expected = hmac.new(secret, content, hashlib.sha256).hexdigest()
            if not hmac.compare_digest(proof, expected):
                raise GraphError(100, "Invalid appsecret_proof provided in the API argument")

    async def messages(self, request: Request) -> dict[str, Any]:
        """Send, on the channel the path belongs to."""
        node = request.path_params["node"]
        if node == self._settings.phone_number_id:
            return await self._sim.whatsapp.accept(await _payload(request))
        if self._channels.get(node) == MESSENGER:
            uploaded = await _uploaded(request, "filedata")
            return await self._sim.messenger.accept(await _payload(request), uploaded)
        raise no_such_object(node, "post")

    async def upload(self, request: Request) -> dict[str, Any]:
        """Take a file to send on WhatsApp."""
        if request.path_params["node"] != self._settings.phone_number_id:
            raise no_such_object(request.path_params["node"], "post")
        payload = await _payload(request)
        if payload.get("messaging_product") != "whatsapp":
            raise GraphError(100, "The parameter messaging_product is required.")
        uploaded = await _uploaded(request, "file")
        if uploaded is None:
            raise GraphError(100, "The parameter file is required.")
        content, media_type, filename = uploaded
        declared = str(payload.get("type") or media_type)
        return self._sim.whatsapp.upload(content, declared, filename)

    async def attach(self, request: Request) -> dict[str, Any]:
        """Take a file to send on Messenger."""
        if self._channels.get(request.path_params["node"]) != MESSENGER:
            raise no_such_object(request.path_params["node"], "post")
        uploaded = await _uploaded(request, "filedata")
        return await self._sim.messenger.upload(await _payload(request), uploaded)

    async def templates(self, request: Request) -> dict[str, Any]:
        """A page of the message templates."""
        if request.path_params["node"] != self._settings.business_account_id:
            raise no_such_object(request.path_params["node"], "get")
        query = request.query_params
        wanted = [
            {"id": str(400_000_000_000_001 + index), **template}
            for index, template in enumerate(self._settings.templates)
            if query.get("status") in (None, template["status"])
            and query.get("name") in (None, template["name"])
        ]
        after, limit = query.get("after") or "0", query.get("limit") or str(_PAGE_SIZE)
        if not (after.isdigit() and limit.isdigit() and int(limit)):
            raise GraphError(100, "after and limit must be what paging has given")
        first, last = int(after), int(after) + int(limit)
        paging: dict[str, Any] = {"cursors": {"before": str(first), "after": str(last)}}
        if last < len(wanted):
            address = request.url.include_query_params(after=last, limit=limit)
            paging["next"] = str(address.remove_query_params("access_token"))
        return {"data": wanted[first:last], "paging": paging}

    async def subscribed(self, _request: Request) -> dict[str, Any]:
        """An app is always subscribed here."""
        return {"success": True, "data": [{"id": self._settings.app_id}]}

    async def node(self, request: Request) -> dict[str, Any]:
        """Whatever an id names: the number, the account, the page, a file, a person."""
        name = request.path_params["node"]
        fields = [part for part in request.query_params.get("fields", "").split(",") if part]
        known = self._own(name)
        if known is not None:
            wanted = {key: known[key] for key in fields if key in known} if fields else known
            return {**wanted, "id": known["id"]}
        if name in {customer.id for customer in self._sim.customers}:
            return self._sim.messenger.profile(name, fields or ["name", "profile_pic"])
        return self._described(self._file(name, "get"))

    def _own(self, name: str) -> Mapping[str, Any] | None:
        settings = self._settings
        if name == settings.phone_number_id:
            return {
                "verified_name": settings.verified_name,
                "display_phone_number": f"+{settings.display_phone_number}",
                "quality_rating": "GREEN",
                "throughput": {"level": "STANDARD"},
                "platform_type": "CLOUD_API",
                "id": name,
            }
        if name == settings.business_account_id:
            return {"name": settings.verified_name, "id": name}
        if self._channels.get(name) == MESSENGER:
            return {"name": settings.page_name, "id": settings.page_id}
        return None

    def _file(self, file_id: str, method: str) -> StoredFile:
        stored = self._sim.media.find(file_id)
        gone = stored is not None and self._sim.faults.take("media_gone", {file_id, "media"})
        if stored is None or gone:
            raise no_such_object(file_id, method)
        return stored

    def _described(self, stored: StoredFile) -> dict[str, Any]:
        return {
            "messaging_product": "whatsapp",
            "url": f"{self._sim.url}/_media/{self._sim.media.address(stored)}",
            "mime_type": stored.media_type,
            "sha256": stored.sha256,
            "file_size": len(stored.content),
            "id": stored.id,
        }

    async def download(self, request: Request) -> Response:
        """A file's content, for whoever has the token of the account too."""
        return self._content(request)

    async def public_file(self, request: Request) -> Response:
        """A file's content, for anybody who has the address."""
        return self._content(request)

    def _content(self, request: Request) -> Response:
        stored = self._sim.media.fetch(request.path_params["token"])
        if stored is None or self._sim.faults.take("media_gone", {stored.id, "download"}):
            return Response(status_code=404)
        return Response(stored.content, media_type=stored.media_type)

    async def delete(self, request: Request) -> dict[str, Any]:
        """Delete a file."""
        name = request.path_params["node"]
        if not self._sim.media.remove(name):
            raise no_such_object(name, "delete")
        return {"success": True}

    async def picture(self, request: Request) -> Response:
        """A picture of somebody: the first letter of their name."""
        customer = self._sim.customers.find(request.path_params["psid"])
        letter = html.escape(customer.name[:1]) if customer else "?"
        return Response(_PICTURE.format(letter), media_type="image/svg+xml")


async def _payload(request: Request) -> dict[str, Any]:
    """The parameters of a request: JSON, or a form whose values may be JSON.

    Raises:
        GraphError: if it is neither.
    """
    if request.headers.get("content-type", "").startswith(("multipart/", "application/x-www")):
        form = await request.form()
        return {name: _loosely(value) for name, value in form.items() if isinstance(value, str)}
    raw = await request.body()
    try:
        payload = msgspec.json.decode(raw)
    except msgspec.DecodeError as error:
        raise GraphError(100, f"The body is not JSON: {error}") from error
    if not isinstance(payload, dict):
        raise GraphError(100, "The body must be an object")
    return payload


def _loosely(value: str) -> Any:
    if value[:1] in ("{", "["):
        try:
            return msgspec.json.decode(value)
        except msgspec.DecodeError:
            return value
    return value


async def _uploaded(request: Request, field: str) -> Uploaded | None:
    if not request.headers.get("content-type", "").startswith("multipart/"):
        return None
    given = (await request.form()).get(field)
    if not isinstance(given, UploadFile):
        return None
    return await given.read(), given.content_type or "application/octet-stream", given.filename
