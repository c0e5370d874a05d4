"""The application: hot paths raw, everything else by FastAPI, pages and assets beside them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.middleware.gzip import GZipMiddleware

from rapport.api import errors
from rapport.api.context import Context
from rapport.api.routes import (
    attachments,
    channels,
    configuration,
    desk,
    floor,
    mails,
    passwords,
    session,
    tasks,
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

    def __init__(self, lifespan: Lifespan) -> None:
        self.http = create_http(lifespan)
        self._compressed = GZipMiddleware(self.http, minimum_size=1000)

    @property
    def context(self) -> Context:
        """What handlers are given; there once the application has started."""
        context: Context = self.http.state.context
        return context

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
                await self._compressed(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(path, scope, receive, send)
        else:
            await self.http(scope, receive, send)

    async def _socket(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        if path == "/api/v1/stream":
            await stream_socket(self.context, scope, receive, send)
        elif path.startswith("/widget/v1/") and path.endswith("/socket") and path.count("/") == 4:
            await visitor_socket(self.context, scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 4404})


def create_http(lifespan: Lifespan) -> FastAPI:
    """FastAPI's part."""

    @asynccontextmanager
    async def live(app: FastAPI) -> AsyncIterator[None]:
        async with lifespan() as context:
            app.state.context = context
            yield

    app = FastAPI(
        title="Rapport",
        version="1",
        lifespan=live,
        openapi_url="/api/v1/openapi.json",
        docs_url="/docs",
        redoc_url=None,
    )
    errors.install(app)
    for router in (
        session.router,
        desk.router,
        tasks.router,
        attachments.router,
        floor.router,
        passwords.router,
        channels.router,
        mails.router,
        configuration.router,
    ):
        app.include_router(router, prefix="/api/v1", responses=errors.RESPONSES)
    app.include_router(widget_routes.router, responses=errors.RESPONSES)
    _operations(app)
    _pages(app)
    return app


def _operations(app: FastAPI) -> None:
    @app.get("/readyz", include_in_schema=False)
    async def ready(request: Request) -> JSONResponse:
        """Everything this process needs is there."""
        checks = await request.app.state.context.ready()
        context: Context = request.app.state.context
        version = context.services.configuration.current.version
        return JSONResponse(
            checks,
            200 if all(checks.values()) else 503,
            headers={"X-Configuration-Version": str(version)},
        )

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        """Prometheus."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _pages(app: FastAPI) -> None:
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
    context: Context = request.app.state.context
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
