"""The configuration for administrators: every kind with a model of its own, and all as YAML."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr, create_model

from rapport.api.access import AdministratorSession, Ctx, OnceKey
from rapport.api.routes.desk import Id
from rapport.application.configuration.administration import LONGEST_NAME, WITH_SECRETS, Draft
from rapport.application.configuration.apply import Options, apply_document
from rapport.application.configuration.document import export
from rapport.application.configuration.integrity import WORDS
from rapport.application.configuration.reach import administration_of
from rapport.application.configuration.spec import Spec
from rapport.application.configuration.specs import SPECS
from rapport.application.configuration.yaml_text import LARGEST
from rapport.domain.errors import Refused, TooLarge

router = APIRouter(prefix="/config", tags=["configuration"])
Version = Annotated[
    str,
    Header(
        alias="If-Match",
        pattern=r'^"?[0-9]{1,18}"?$',
        description='The version that was changed, such as `"3"`.',
    ),
]
_DOCUMENT = {"type": "object", "description": "Kinds, each a mapping of names to specs."}
Cursor = Annotated[str, Query(pattern=r"^[0-9]{1,18}$")]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
Secrets = Annotated[
    dict[str, SecretStr | None],
    Field(description="Secrets by name; write-only. Null takes one away; others stay."),
]


class FieldChange(BaseModel):
    """One field; secrets and passwords come without their values."""

    path: str
    before: Any = None
    after: Any = None


class ThingChange(BaseModel):
    """One thing that was, or would be, changed."""

    action: Literal["create", "replace", "delete"]
    kind: str
    name: str
    fields: list[FieldChange]


class Applied(BaseModel):
    """What a document changed, or would change."""

    dry_run: bool
    changes: list[ThingChange]


class KindForm(BaseModel):
    """A kind of thing: what its form needs to know. References carry `x-reference`, a kind."""

    kind: str
    title: str
    json_schema: dict[str, Any]
    secrets: bool


class KindForms(BaseModel):
    """Every kind, in the order in which things of it can be created."""

    items: list[KindForm]


class YamlResponse(Response):
    """YAML text."""

    media_type = "application/yaml"


class ThingDraft(BaseModel):
    """A thing as it is to be."""

    model_config = ConfigDict(extra="forbid")


class Thing(BaseModel):
    """A configured thing."""

    id: int
    kind: str
    name: str
    version: int


def _models(kind: str, spec: type[Spec]) -> tuple[type[ThingDraft], type[Thing], type[BaseModel]]:
    """The models of one kind: what is sent, what is answered, and a page of that."""
    title = spec.__name__.removesuffix("Spec")
    sent: dict[str, Any] = {"name": (Name, ...), "spec": (spec, ...)}
    answered: dict[str, Any] = {"spec": (spec, ...)}
    if kind in WITH_SECRETS:
        sent["secrets"] = (Secrets, {})
        answered["secrets"] = (
            list[str] | None,
            Field(description="Names of the secrets that are set; null if unreadable."),
        )
    item = create_model(f"{title}Item", __base__=Thing, **answered)
    page = create_model(f"{title}Page", items=(list[item], ...), next=(str | None, ...))
    return create_model(f"{title}Draft", __base__=ThingDraft, **sent), item, page


def _draft(body: Any) -> Draft:
    secrets = {
        name: None if value is None else value.get_secret_value()
        for name, value in getattr(body, "secrets", {}).items()
    }
    return Draft(body.name, body.spec, secrets)


def _tagged(response: Response, view: dict[str, Any]) -> dict[str, Any]:
    response.headers["ETag"] = f'"{view["version"]}"'
    return view


async def _newest(context: Ctx, _: AdministratorSession) -> None:
    """What was written by way of another node a moment ago is read by way of this one."""
    await context.services.configuration.refresh()


_NEWEST = [Depends(_newest)]


def _serve(kind: str, spec: type[Spec]) -> None:
    """The five routes of one kind."""
    draft_model, item_model, page_model = _models(kind, spec)
    one = kind.removesuffix("s")

    @router.get(f"/{kind}", response_model=page_model, name=f"list_{kind}", dependencies=_NEWEST)
    async def page(
        context: Ctx,
        _: AdministratorSession,
        cursor: Cursor = "0",
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Any:
        return context.administration.page(kind, int(cursor), limit)

    async def create(
        body: Any, response: Response, context: Ctx, session: AdministratorSession, once: OnceKey
    ) -> Any:
        view = await administration_of(context.administration, session).create(
            kind, _draft(body), session.user_id, once
        )
        return _tagged(response, view)

    @router.get(
        f"/{kind}/{{item_id}}",
        response_model=item_model,
        name=f"get_{one}",
        dependencies=_NEWEST,
    )
    async def item(item_id: Id, response: Response, context: Ctx, _: AdministratorSession) -> Any:
        return _tagged(response, context.administration.item(kind, item_id))

    async def replace(
        item_id: Id,
        body: Any,
        version: Version,
        response: Response,
        context: Ctx,
        session: AdministratorSession,
    ) -> Any:
        view = await administration_of(context.administration, session).replace(
            kind, item_id, _draft(body), _number(version), session.user_id
        )
        return _tagged(response, view)

    @router.delete(f"/{kind}/{{item_id}}", status_code=204, name=f"delete_{one}")
    async def delete(
        item_id: Id, version: Version, context: Ctx, session: AdministratorSession
    ) -> None:
        await administration_of(context.administration, session).delete(
            kind, item_id, _number(version), session.user_id
        )

    for function in (create, replace):
        function.__annotations__["body"] = draft_model
    router.post(f"/{kind}", response_model=item_model, status_code=201, name=f"create_{one}")(
        create
    )
    router.put(f"/{kind}/{{item_id}}", response_model=item_model, name=f"replace_{one}")(replace)


@cache
def _kind_forms() -> KindForms:
    return KindForms(
        items=[
            KindForm(
                kind=kind,
                title=WORDS[kind],
                json_schema=spec.model_json_schema(),
                secrets=kind == "accounts",
            )
            for kind, spec in SPECS.items()
        ]
    )


@router.get("/kinds")
async def kinds(_: AdministratorSession) -> KindForms:
    """The kinds of things that can be configured, with the schema of each."""
    return _kind_forms()


def _number(version: str) -> int:
    return int(version.strip('"'))


for _kind, _spec in SPECS.items():
    _serve(_kind, _spec)


@router.get(
    "",
    response_class=YamlResponse,
    dependencies=_NEWEST,
    responses={200: {"content": {"application/yaml": {"schema": _DOCUMENT}}}},
)
async def export_configuration(context: Ctx, _: AdministratorSession) -> Response:
    """The whole configuration as YAML: references by name, no ids, no secrets."""
    return YamlResponse(export(context.services.configuration.current))


@router.put(
    "",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/yaml": {"schema": _DOCUMENT}},
        }
    },
)
async def apply_configuration(
    request: Request,
    context: Ctx,
    session: AdministratorSession,
    dry_run: bool = False,
    prune: bool = False,
) -> Applied:
    """Apply a YAML document: all of it or nothing.

    `prune` deletes what the document does not name, of the kinds that it has.
    """
    options = Options(prune=prune, dry_run=dry_run)
    changes = await apply_document(
        administration_of(context.administration, session),
        await _text(request),
        options,
        session.user_id,
    )
    return Applied(
        dry_run=dry_run, changes=[ThingChange.model_validate(change) for change in changes]
    )


async def _text(request: Request) -> str:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            words = f"A document has at most {LARGEST} bytes."
            raise TooLarge("too_large", words, {"max_bytes": LARGEST})
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Refused("malformed", "The document is not UTF-8 text.") from None
