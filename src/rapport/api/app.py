"""The application: hot paths raw, everything else by FastAPI, pages and assets beside them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware

from rapport.api import errors, reference, survey
from rapport.api.context import Context
from rapport.api.covering import Covering
from rapport.api.routes import (
    attachments,
    audit,
    channels,
    configuration,
    contacts,
    desk,
    details,
    first_words,
    floor,
    history,
    identities,
    invitations,
    mail_threads,
    mails,
    newcomers,
    openid,
    outbound,
    passkeys,
    passwords,
    people,
    reports,
    saved_reports,
    search,
    second_factor,
    session,
    sessions,
    steering,
    tasks,
    templates,
    tokens,
    webhooks,
    workflows,
)
from rapport.api.sockets import Receive, Scope, Send
from rapport.api.stream_socket import stream_socket
from rapport.api.webhooks import webhook
from rapport.api.widget import routes as widget_routes
from rapport.api.widget.socket import visitor_socket

Lifespan = Callable[[], AbstractAsyncContextManager[Context]]
_CSP = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self';"
    " style-src-attr 'unsafe-inline'; connect-src 'self'; object-src 'none';"
    " base-uri 'none'; frame-ancestors 'none';"
    " form-action 'self'"
)
_PLAIN = [(b"content-type", b"text/plain"), (b"content-length", b"2")]
_PAGE_HEADERS = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


class Application:
    """The ASGI callable: what must be fast goes around the framework."""

    context: Context
    """What handlers are given; there once the application has started."""

    def __init__(self, lifespan: Lifespan) -> None:
        self._compressed = GZipMiddleware(Covering(http_routes()), minimum_size=1000)

        @asynccontextmanager
        async def live(_app: Starlette) -> AsyncIterator[None]:
            async with lifespan() as self.context:
                yield

        self._life = Starlette(lifespan=live)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Dispatch one connection."""
        path: str = scope.get("path", "")
        if scope["type"] == "http":
            if path.startswith("/webhooks/"):
                await webhook(self.context, scope, receive, send)
            elif path == "/healthz":
                await send({"type": "http.response.start", "status": 200, "headers": _PLAIN})
                await send({"type": "http.response.body", "body": b"ok"})
            else:
                scope.setdefault("state", {})["context"] = self.context
                await self._compressed(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(path, scope, receive, send)
        else:
            await self._life(scope, receive, send)

    async def _socket(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        if path == "/api/v1/stream":
            await stream_socket(self.context, scope, receive, send)
        elif path.startswith("/widget/v1/") and path.endswith("/socket") and path.count("/") == 4:
            await visitor_socket(self.context, scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 4404})


@cache
def http_routes() -> FastAPI:
    """FastAPI's part: routes and documentation, which all servers of a process share.

    It takes half a second to build and holds nothing; every request brings its own `Context`.
    """
    app = FastAPI(
        title="Rapport",
        version="1",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        # Its own spans hold paths and queries, its logs exceptions; ours are in `tracing`.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    errors.install(app)
    for router in (
        session.router,
        desk.router,
        tasks.router,
        details.router,
        attachments.router,
        floor.router,
        steering.router,
        reports.router,
        saved_reports.router,
        passwords.router,
        second_factor.router,
        passkeys.router,
        identities.router,
        openid.router,
        channels.router,
        mails.router,
        outbound.router,
        first_words.router,
        templates.router,
        people.router,
        workflows.router,
        webhooks.router,
        search.router,
        contacts.router,
        mail_threads.router,
        configuration.router,
        history.router,
        newcomers.router,
        invitations.router,
        tokens.router,
        sessions.router,
        audit.router,
    ):
        app.include_router(router, prefix="/api/v1", responses=errors.RESPONSES)
    app.include_router(widget_routes.router, responses=errors.RESPONSES)
    app.include_router(survey.router)
    _operations(app)
    _pages(app)
    return app


def _operations(app: FastAPI) -> None:
    @app.get("/readyz", include_in_schema=False)
    async def ready(request: Request) -> JSONResponse:
        """Everything this process needs is there."""
        checks = await request.state.context.ready()
        context: Context = request.state.context
        version = context.services.configuration.current.version
        return JSONResponse(
            checks,
            200 if all(checks.values()) else 503,
            headers={"X-Configuration-Version": str(version)},
        )

    @app.get("/metrics", include_in_schema=False)
    async def metrics(request: Request) -> Response:
        """Prometheus."""
        context: Context = request.state.context
        await context.measure()
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _pages(app: FastAPI) -> None:
    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return HTMLResponse(reference.page(app.openapi()), headers=_PAGE_HEADERS)

    @app.get("/docs/style.css", include_in_schema=False)
    async def style() -> Response:
        return Response(reference.STYLE, media_type="text/css")

    @app.get("/widget.js", include_in_schema=False)
    async def loader(request: Request) -> Response:
        return _asset(request, "widget/widget.js", public=True)

    @app.get("/widget/{name:path}", include_in_schema=False)
    async def panel(name: str, request: Request) -> Response:
        return _asset(request, f"widget/{name}", public=True)

    @app.get("/static/{name:path}", include_in_schema=False)
    async def static(name: str, request: Request) -> Response:
        return _asset(request, name, immutable="/assets/" in name)

    @app.get("/{path:path}", include_in_schema=False)
    async def desktop(path: str, request: Request) -> Response:
        """The desktop, whatever its own address is."""
        if path.startswith(("api/", "webhooks/")):
            return JSONResponse(errors.error_body("not_found", "There is nothing here."), 404)
        return _asset(request, "desktop/index.html", page=True)


def _asset(
    request: Request,
    name: str,
    *,
    public: bool = False,
    immutable: bool = False,
    page: bool = False,
) -> Response:
    context: Context = request.state.context
    root = context.static.resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root) or not path.is_file():
        return JSONResponse(errors.error_body("not_found", "There is nothing here."), 404)
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
    if page:
        headers = dict(_PAGE_HEADERS)
    if immutable:
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    if public:
        headers["Access-Control-Allow-Origin"] = "*"
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return FileResponse(path, headers=headers)
