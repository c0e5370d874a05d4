"""`rapport token`: API tokens, by which programs act for a person."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rapport.cli.connecting import Tools

app = typer.Typer(help="API tokens of programs.", no_args_is_help=True)
Login = Annotated[str, typer.Argument(help="For whom the program acts.")]


@app.command("create")
def create(
    login: Login,
    name: Annotated[str, typer.Option(help="What the token is for.")],
    scope: Annotated[
        list[str],
        typer.Option(help="desk, floor, reports, configuration …, or floor:read; repeatable."),
    ],
    days: Annotated[int, typer.Option(help="For how long it is good; 0: until revoked.")] = 90,
) -> None:
    """Create a token and print its text, which is shown this once."""
    from rapport.application.tokens import TokenDraft, token_text
    from rapport.cli.connecting import run
    from rapport.cli.users import user_by_login

    text = token_text(secrets.token_bytes(32), "command")

    async def work(tools: Tools) -> dict[str, Any]:
        user = user_by_login(tools, login)
        draft = TokenDraft(name, scope, days or None)
        return await tools.tokens.create(user.id, draft, text, actor=None)

    view = run(work)
    until = f"until {view['expires_at'][:10]}" if view["expires_at"] else "until it is revoked"
    typer.echo(f"Token {view['id']} for {login}, good {until}:", err=True)
    typer.echo(text)


@app.command("list")
def list_tokens(
    login: Annotated[str | None, typer.Argument(help="Whose; everybody's if absent.")] = None,
) -> None:
    """List tokens, newest first. Their texts are stored nowhere."""
    from rapport.cli.connecting import run
    from rapport.cli.users import user_by_login

    async def work(tools: Tools) -> list[dict[str, Any]]:
        user_id = user_by_login(tools, login).id if login else None
        return await tools.tokens.of(user_id)

    for token in run(work):
        state = "good" if token["good"] else "revoked" if token["revoked_at"] else "expired"
        typer.echo(
            f"{token['id']}  {token['prefix']}…  {token['user']['name']}  {token['name']}"
            f"  {','.join(token['scopes'])}  used {(token['used_at'] or 'never')[:10]}  {state}"
        )


@app.command("revoke")
def revoke(
    number: Annotated[int, typer.Argument(help="The number that `rapport token list` shows.")],
) -> None:
    """Revoke a token, at once."""
    from rapport.cli.connecting import run

    async def work(tools: Tools) -> None:
        await tools.tokens.revoke(number, actor=None)

    run(work)
    typer.echo(f"Token {number} is good no more.")
