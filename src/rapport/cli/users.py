"""`rapport user`: people who sign in, for the first administrator and for emergencies."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rapport.application.configuration.snapshot import Configuration, Item
    from rapport.cli.connecting import Tools

app = typer.Typer(help="People who sign in.", no_args_is_help=True)
Login = Annotated[str, typer.Argument(help="What the person signs in with.")]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]


@app.command("add")
def add(
    login: Login,
    name: Annotated[
        str | None, typer.Option(help="The person's name; the login if absent.")
    ] = None,
    role: Annotated[
        list[str] | None,
        typer.Option(
            help="agent, supervisor, administrator, or the name of a role of your own; repeatable."
        ),
    ] = None,
    email: Annotated[str, typer.Option(help="E-mail address.")] = "",
    password_stdin: PasswordStdin = False,
) -> None:
    """Add a person. Asks for the password; it is never an argument, which others could see."""
    from rapport.cli.connecting import run

    password = _password(login, name or "", from_stdin=password_stdin)

    async def work(tools: Tools) -> tuple[str, list[str]]:
        current = tools.configuration.current
        built_in, own = _roles(current, role or ["agent"])
        spec = {"login": login, "roles": built_in, "custom_roles": own, "email": email}
        draft = _draft(name or login, spec, password)
        view = await tools.administration.create("users", draft, None)
        return view["name"], [*built_in, *(current.items[i].name for i in own)]

    added, roles = run(work)
    typer.echo(f"Added {added} ({', '.join(roles)}).")


@app.command("password")
def password(login: Login, password_stdin: PasswordStdin = False) -> None:
    """Give a person a new password; their sessions end."""
    from rapport.cli.connecting import run

    given = _password(login, from_stdin=password_stdin)

    async def work(tools: Tools) -> None:
        user_id = user_by_login(tools, login).id
        tools.access.check_password(user_id, given)
        await tools.access.set_password(user_id, given)

    run(work)
    typer.echo(f"{login} has a new password; all sessions have ended.")


@app.command("list")
def list_people() -> None:
    """List everybody with roles and state."""
    from rapport.application.configuration.specs import UserSpec
    from rapport.cli.connecting import run

    async def work(tools: Tools) -> list[tuple[str, str, str, str]]:
        items = tools.configuration.current.items
        return [
            (
                item.spec.login,
                item.name,
                ", ".join([*item.spec.roles, *(items[i].name for i in item.spec.custom_roles)]),
                "active" if item.spec.active else "deactivated",
            )
            for item in tools.configuration.current.by_kind["users"]
            if isinstance(item.spec, UserSpec)
        ]

    rows = [("LOGIN", "NAME", "ROLES", "STATE"), *sorted(run(work))]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        typer.echo("  ".join(f"{v:{w}}" for v, w in zip(row, widths, strict=True)).rstrip())


@app.command("reset-second-factor")
def reset_second_factor(login: Login) -> None:
    """Let a person who has lost their authenticator come in without; their sessions end."""
    from rapport.cli.connecting import run

    async def work(tools: Tools) -> None:
        user_id = user_by_login(tools, login).id
        await tools.second_factors.reset(user_id, actor_id=None, address=None)

    run(work)
    typer.echo(f"{login} signs in with the password alone; all sessions have ended.")


@app.command("deactivate")
def deactivate(login: Login) -> None:
    """Let a person come in no more; sessions end. Refused while conversations are open."""
    from rapport.application.configuration.administration import Draft
    from rapport.cli.connecting import run

    async def work(tools: Tools) -> None:
        item = user_by_login(tools, login)
        draft = Draft(item.name, item.spec.model_copy(update={"active": False}))
        await tools.administration.replace("users", item.id, draft, item.version, None)

    run(work)
    typer.echo(f"{login} is deactivated.")


def _roles(current: Configuration, names: list[str]) -> tuple[list[str], list[int]]:
    """Built-in roles, and those of one's own by their ids.

    Raises:
        Invalid: `unknown_role`; the words name the roles there are.
    """
    from rapport.domain.errors import Invalid
    from rapport.domain.rights import BUILT_IN

    known = {current.items[i].name: i for i in current.roles}
    missing = [name for name in names if name not in BUILT_IN and name not in known]
    if missing:
        there_are = ", ".join([*BUILT_IN, *sorted(known)])
        raise Invalid(
            "unknown_role", f"There is no role {missing[0]!r}. There are these roles: {there_are}."
        )
    built_in = [name for name in names if name in BUILT_IN]
    own = [known[name] for name in names if name not in BUILT_IN]
    return list(dict.fromkeys(built_in)), list(dict.fromkeys(own))


def _draft(name: str, spec: dict[str, Any], password: str) -> Any:
    from pydantic import ValidationError

    from rapport.application.configuration.administration import Draft
    from rapport.application.configuration.specs import UserSpec
    from rapport.domain.errors import Invalid

    try:
        return Draft(name, UserSpec.model_validate(spec), password=password)
    except ValidationError as error:
        fields = [
            {"path": ".".join(map(str, e["loc"])), "message": e["msg"]} for e in error.errors()
        ]
        raise Invalid("invalid_field", "This person cannot be added.", {"fields": fields}) from None


def user_by_login(tools: Tools, login: str) -> Item:
    """A person by what they sign in with.

    Raises:
        NotFound: nobody has it.
    """
    from rapport.application.configuration.specs import UserSpec
    from rapport.domain.errors import NotFound

    for item in tools.configuration.current.by_kind["users"]:
        if isinstance(item.spec, UserSpec) and item.spec.login.casefold() == login.casefold():
            return item
    raise NotFound("not_found", f"There is no user with the login {login!r}.")


def _password(*names: str, from_stdin: bool) -> str:
    from rapport.application.configuration.specs import PasswordSpec
    from rapport.application.passwords import check_password
    from rapport.domain.errors import Invalid

    if from_stdin:
        given = sys.stdin.readline().rstrip("\r\n")
    else:
        given = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        # What the installation wants beyond this is checked once its settings are known.
        check_password(given, shortest=PasswordSpec.model_fields["shortest"].default, names=names)
    except Invalid as invalid:
        fields: Any = invalid.details["fields"]
        sys.exit(str(fields[0]["message"]))
    return str(given)
