"""Methods of the group session.

Made from the API's description by tools/python_client.py; changes here are lost."""

from __future__ import annotations

from typing import Any

from rapport_client import models
from rapport_client.connection import Connection, segment


class Session:
    """Methods of the group session."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def current_session(self) -> dict[str, Any]:
        """Who is signed in."""
        answer: dict[str, Any] = self._connection.call("GET", "/session")
        return answer

    def post_session(self, body: models.Credentials) -> dict[str, Any]:
        """Sign in: sets the session cookie. A signed-in agent is Idle."""
        answer: dict[str, Any] = self._connection.call("POST", "/session", json=body)
        return answer

    def sign_out(self) -> None:
        """Sign out; refused while an offer rings or a conversation is open."""
        answer: None = self._connection.call("DELETE", "/session")
        return answer

    def change_preferences(self, body: dict[str, Any]) -> dict[str, Any]:
        """Merge-patch (RFC 7396) the person's own preferences."""
        answer: dict[str, Any] = self._connection.call("PATCH", "/me/preferences", json=body)
        return answer

    def give_password(
        self, user_id: int, body: models.NewPassword, *, idempotency_key: str | None = None
    ) -> None:
        """Give a person a password; their sessions end. Sending it twice changes nothing more."""
        answer: None = self._connection.call(
            "POST",
            f"/users/{segment(user_id)}/password",
            idempotency_key=idempotency_key,
            json=body,
        )
        return answer

    def expire_password(self, user_id: int, *, idempotency_key: str | None = None) -> None:
        """Let a person choose another password before they do anything else."""
        answer: None = self._connection.call(
            "POST", f"/users/{segment(user_id)}/password/expire", idempotency_key=idempotency_key
        )
        return answer

    def change_own_password(
        self, body: models.OwnPassword, *, idempotency_key: str | None = None
    ) -> None:
        """Change one's own password; all other sessions of oneself end."""
        answer: None = self._connection.call(
            "POST", "/me/password", idempotency_key=idempotency_key, json=body
        )
        return answer

    def own_state(self) -> models.State:
        """Whether one is asked for a second factor."""
        answer: models.State = self._connection.call("GET", "/me/second-factor")
        return answer

    def post_me_second_factor(self, *, idempotency_key: str | None = None) -> models.Begun:
        """Take a secret into an authenticator; it counts once a code of it has confirmed it."""
        answer: models.Begun = self._connection.call(
            "POST", "/me/second-factor", idempotency_key=idempotency_key
        )
        return answer

    def confirm(
        self, body: models.Code, *, idempotency_key: str | None = None
    ) -> models.RecoveryCodes:
        """Turn it on by a first code."""
        answer: models.RecoveryCodes = self._connection.call(
            "POST", "/me/second-factor/confirm", idempotency_key=idempotency_key, json=body
        )
        return answer

    def renew(
        self, body: models.Proof, *, idempotency_key: str | None = None
    ) -> models.RecoveryCodes:
        """Other recovery codes; those from before are good no more."""
        answer: models.RecoveryCodes = self._connection.call(
            "POST", "/me/second-factor/recovery-codes", idempotency_key=idempotency_key, json=body
        )
        return answer

    def turn_off(self, body: models.Proof, *, idempotency_key: str | None = None) -> None:
        """Ask for it no more; refused where a role requires it."""
        answer: None = self._connection.call(
            "POST", "/me/second-factor/off", idempotency_key=idempotency_key, json=body
        )
        return answer

    def state(self, user_id: int) -> models.State:
        """Whether somebody is asked for a second factor."""
        answer: models.State = self._connection.call(
            "GET", f"/users/{segment(user_id)}/second-factor"
        )
        return answer

    def reset(self, user_id: int) -> None:
        """Take it from somebody who has lost it; their sessions end."""
        answer: None = self._connection.call("DELETE", f"/users/{segment(user_id)}/second-factor")
        return answer

    def ask(self) -> models.Question:
        """What the browser asks an authenticator for signing in."""
        answer: models.Question = self._connection.call("POST", "/session/passkey/options")
        return answer

    def post_session_passkey(self, body: models.RapportApiRoutesPasskeysAnswer) -> dict[str, Any]:
        """Sign in by a passkey alone: sets the session cookie. A signed-in agent is Idle."""
        answer: dict[str, Any] = self._connection.call("POST", "/session/passkey", json=body)
        return answer

    def own(self) -> models.PasskeyList:
        """One's passkeys, the oldest first."""
        answer: models.PasskeyList = self._connection.call("GET", "/me/passkeys")
        return answer

    def add(self, body: models.NewPasskey, *, idempotency_key: str | None = None) -> models.Passkey:
        """Keep a passkey that the authenticator has made."""
        answer: models.Passkey = self._connection.call(
            "POST", "/me/passkeys", idempotency_key=idempotency_key, json=body
        )
        return answer

    def post_me_passkeys_options(
        self, body: models.Proof, *, idempotency_key: str | None = None
    ) -> models.Question:
        """What the browser asks an authenticator for a new passkey."""
        answer: models.Question = self._connection.call(
            "POST", "/me/passkeys/options", idempotency_key=idempotency_key, json=body
        )
        return answer

    def remove(self, passkey_id: int) -> None:
        """Take one away; refused where a role needs a second factor and there is no other."""
        answer: None = self._connection.call("DELETE", f"/me/passkeys/{segment(passkey_id)}")
        return answer

    def identities(self, user_id: int) -> models.IdentityList:
        """By which identities somebody signs in with a provider."""
        answer: models.IdentityList = self._connection.call(
            "GET", f"/users/{segment(user_id)}/identities"
        )
        return answer

    def unbind(self, user_id: int) -> None:
        """Forget them, so that another identity with the same address can sign in; sessions end."""
        answer: None = self._connection.call("DELETE", f"/users/{segment(user_id)}/identities")
        return answer

    def providers(self) -> dict[str, Any]:
        """The identity providers that people can sign in with."""
        answer: dict[str, Any] = self._connection.call("GET", "/openid/providers")
        return answer

    def set_up_state(self) -> models.SetUpState:
        """Whether this installation is empty and waits for its first administrator."""
        answer: models.SetUpState = self._connection.call("GET", "/setup")
        return answer

    def set_up(self, body: models.SetUpBody) -> dict[str, Any]:
        """Create the first administrator and sign them in; only while there is no user."""
        answer: dict[str, Any] = self._connection.call("POST", "/setup", json=body)
        return answer

    def invite(self, user_id: int, *, idempotency_key: str | None = None) -> models.Invited:
        """A link for a person to give themselves a password; an earlier one is no longer good."""
        answer: models.Invited = self._connection.call(
            "POST", f"/users/{segment(user_id)}/invitation", idempotency_key=idempotency_key
        )
        return answer

    def invitation(self, user_id: int) -> dict[str, Any]:
        """Whether and when somebody was invited last, and whether they have a password."""
        answer: dict[str, Any] = self._connection.call(
            "GET", f"/users/{segment(user_id)}/invitation"
        )
        return answer

    def withdraw(self, user_id: int) -> None:
        """The person's unused link is good no more."""
        answer: None = self._connection.call("DELETE", f"/users/{segment(user_id)}/invitation")
        return answer

    def look(self, body: models.RapportApiRoutesNewcomersTokenBody) -> dict[str, Any]:
        """Whom a link invites."""
        answer: dict[str, Any] = self._connection.call("POST", "/invitation/look", json=body)
        return answer

    def accept(self, body: models.Acceptance) -> dict[str, Any]:
        """Give oneself a password by a link, which is used up, and sign in.

        Who has a second factor is not signed in by this: they sign in with both."""
        answer: dict[str, Any] = self._connection.call("POST", "/invitation", json=body)
        return answer

    def invitations(self) -> models.InvitationList:
        """Links that nobody has used yet, expired ones included."""
        answer: models.InvitationList = self._connection.call("GET", "/invitations")
        return answer

    def mail(
        self, user_id: int, body: models.MailBody, *, idempotency_key: str | None = None
    ) -> models.Mailed:
        """A new link by e-mail to the person's own address; an earlier one is no longer good.

        It goes out as soon as the mail server takes it: the open invitations tell how far it is."""
        answer: models.Mailed = self._connection.call(
            "POST",
            f"/users/{segment(user_id)}/invitation/mail",
            idempotency_key=idempotency_key,
            json=body,
        )
        return answer

    def own_sessions(self) -> models.SessionList:
        """Where one is signed in oneself."""
        answer: models.SessionList = self._connection.call("GET", "/me/sessions")
        return answer

    def end_own(self, session_id: int) -> None:
        """End one of one's own sessions; its desktop is closed at once."""
        answer: None = self._connection.call("DELETE", f"/me/sessions/{segment(session_id)}")
        return answer

    def end_others(self, *, idempotency_key: str | None = None) -> None:
        """End all of one's own sessions but the one that asks."""
        answer: None = self._connection.call(
            "POST", "/me/sessions/end-others", idempotency_key=idempotency_key
        )
        return answer

    def sessions(self, user_id: int) -> models.SessionList:
        """Where somebody is signed in."""
        answer: models.SessionList = self._connection.call(
            "GET", f"/users/{segment(user_id)}/sessions"
        )
        return answer

    def end(self, user_id: int, session_id: int) -> None:
        """End a session of somebody; its desktop is closed at once."""
        answer: None = self._connection.call(
            "DELETE", f"/users/{segment(user_id)}/sessions/{segment(session_id)}"
        )
        return answer

    def end_all(self, user_id: int, *, idempotency_key: str | None = None) -> None:
        """End all sessions of somebody."""
        answer: None = self._connection.call(
            "POST", f"/users/{segment(user_id)}/sessions/end-all", idempotency_key=idempotency_key
        )
        return answer
