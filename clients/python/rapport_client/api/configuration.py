"""Methods of the group configuration.

Made from the API's description by tools/python_client.py; changes here are lost."""

from __future__ import annotations

from typing import Any

from rapport_client import models
from rapport_client.connection import Connection, segment


class Configuration:
    """Methods of the group configuration."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def kinds(self) -> models.KindForms:
        """The kinds of things that can be configured, with the schema of each."""
        answer: models.KindForms = self._connection.call("GET", "/config/kinds")
        return answer

    def list_settings(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.SettingsPage:
        """List Settings"""
        answer: models.SettingsPage = self._connection.call(
            "GET", "/config/settings", query={"cursor": cursor, "limit": limit}
        )
        return answer

    def create_setting(
        self, body: models.SettingsDraft, *, idempotency_key: str | None = None
    ) -> models.SettingsItem:
        """Create Setting"""
        answer: models.SettingsItem = self._connection.call(
            "POST", "/config/settings", idempotency_key=idempotency_key, json=body
        )
        return answer

    def get_setting(self, item_id: int) -> models.SettingsItem:
        """Get Setting"""
        answer: models.SettingsItem = self._connection.call(
            "GET", f"/config/settings/{segment(item_id)}"
        )
        return answer

    def delete_setting(self, item_id: int, *, version: int) -> None:
        """Delete Setting"""
        answer: None = self._connection.call(
            "DELETE", f"/config/settings/{segment(item_id)}", version=version
        )
        return answer

    def replace_setting(
        self, item_id: int, body: models.SettingsDraft, *, version: int
    ) -> models.SettingsItem:
        """Replace Setting"""
        answer: models.SettingsItem = self._connection.call(
            "PUT", f"/config/settings/{segment(item_id)}", version=version, json=body
        )
        return answer

    def list_skills(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.SkillPage:
        """List Skills"""
        answer: models.SkillPage = self._connection.call(
            "GET", "/config/skills", query={"cursor": cursor, "limit": limit}
        )
        return answer

    def create_skill(
        self, body: models.SkillDraft, *, idempotency_key: str | None = None
    ) -> models.SkillItem:
        """Create Skill"""
        answer: models.SkillItem = self._connection.call(
            "POST", "/config/skills", idempotency_key=idempotency_key, json=body
        )
        return answer

    def get_skill(self, item_id: int) -> models.SkillItem:
        """Get Skill"""
        answer: models.SkillItem = self._connection.call(
            "GET", f"/config/skills/{segment(item_id)}"
        )
        return answer

    def delete_skill(self, item_id: int, *, version: int) -> None:
        """Delete Skill"""
        answer: None = self._connection.call(
            "DELETE", f"/config/skills/{segment(item_id)}", version=version
        )
        return answer

    def replace_skill(
        self, item_id: int, body: models.SkillDraft, *, version: int
    ) -> models.SkillItem:
        """Replace Skill"""
        answer: models.SkillItem = self._connection.call(
            "PUT", f"/config/skills/{segment(item_id)}", version=version, json=body
        )
        return answer

    def list_profiles(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.ProfilePage:
        """List Profiles"""
        answer: models.ProfilePage = self._connection.call(
            "GET", "/config/profiles", query={"cursor": cursor, "limit": limit}
        )
        return answer

    def create_profile(
        self, body: models.ProfileDraft, *, idempotency_key: str | None = None
    ) -> models.ProfileItem:
        """Create Profile"""
        answer: models.ProfileItem = self._connection.call(
            "POST", "/config/profiles", idempotency_key=idempotency_key, json=body
        )
        return answer

    def get_profile(self, item_id: int) -> models.ProfileItem:
        """Get Profile"""
        answer: models.ProfileItem = self._connection.call(
            "GET", f"/config/profiles/{segment(item_id)}"
        )
        return answer

    def delete_profile(self, item_id: int, *, version: int) -> None:
        """Delete Profile"""
        answer: None = self._connection.call(
            "DELETE", f"/config/profiles/{segment(item_id)}", version=version
        )
        return answer

    def replace_profile(
        self, item_id: int, body: models.ProfileDraft, *, version: int
    ) -> models.ProfileItem:
        """Replace Profile"""
        answer: models.ProfileItem = self._connection.call(
            "PUT", f"/config/profiles/{segment(item_id)}", version=version, json=body
        )
        return answer

    def list_teams(self, *, cursor: str | None = None, limit: int | None = None) -> models.TeamPage:
        """List Teams"""
        answer: models.TeamPage = self._connection.call(
            "GET", "/config/teams", query={"cursor": cursor, "limit": limit}
        )
        return answer

    def create_team(
        self, body: models.TeamDraft, *, idempotency_key: str | None = None
    ) -> models.TeamItem:
        """Create Team"""
        answer: models.TeamItem = self._connection.call(
            "POST", "/config/teams", idempotency_key=idempotency_key, json=body
        )
        return answer

    def get_team(self, item_id: int) -> models.TeamItem:
        """Get Team"""
        answer: models.TeamItem = self._connection.call("GET", f"/config/teams/{segment(item_id)}")
        return answer

    def delete_team(self, item_id: int, *, version: int) -> None:
        """Delete Team"""
        answer: None = self._connection.call(
            "DELETE", f"/config/teams/{segment(item_id)}", version=version
        )
        return answer

    def replace_team(
        self, item_id: int, body: models.TeamDraft, *, version: int
    ) -> models.TeamItem:
        """Replace Team"""
        answer: models.TeamItem = self._connection.call(
            "PUT", f"/config/teams/{segment(item_id)}", version=version, json=body
        )
        return answer

    def list_hours(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.HoursPage:
        """List Hours"""
        answer: models.HoursPage = self._connection.call(
            "GET", "/config/hours", query={"cursor": cursor, "limit": limit}
        )
        return answer

    def create_hour(
        self, body: models.HoursDraft, *, idempotency_key: str | None = None
    ) -> models.HoursItem:
        """Create Hour"""
        answer: models.HoursItem = self._connection.call(
            "POST", "/config/hours", idempotency_key=idempotency_key, json=body
        )
        return answer

    def get_hour(self, item_id: int) -> models.HoursItem:
        """Get Hour"""
        answer: models.HoursItem = self._connection.call("GET", f"/config/hours/{segment(item_id)}")
        return answer

    def delete_hour(self, item_id: int, *, version: int) -> None:
        """Delete Hour"""
        answer: None = self._connection.call(
            "DELETE", f"/config/hours/{segment(item_id)}", version=version
        )
        return answer

    def replace_hour(
        self, item_id: int, body: models.HoursDraft, *, version: int
    ) -> models.HoursItem:
        """Replace Hour"""
        answer: models.HoursItem = self._connection.call(
            "PUT", f"/config/hours/{segment(item_id)}", version=version, json=body
        )
        return answer

    def list_idle_codes(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.IdleCodePage:
        """List Idle Codes"""
        answer: models.IdleCodePage = self._connection.call(
            "GET", "/config/idle_codes", query={"cursor": cursor, "limit": limit}
        )
        return answer

    def create_idle_code(
        self, body: models.IdleCodeDraft, *, idempotency_key: str | None = None
    ) -> models.IdleCodeItem:
        """Create Idle Code"""
        answer: models.IdleCodeItem = self._connection.call(
            "POST", "/config/idle_codes", idempotency_key=idempotency_key, json=body
        )
        return answer

    def get_idle_code(self, item_id: int) -> models.IdleCodeItem:
        """Get Idle Code"""
        answer: models.IdleCodeItem = self._connection.call(
            "GET", f"/config/idle_codes/{segment(item_id)}"
        )
        return answer

    def delete_idle_code(self, item_id: int, *, version: int) -> None:
        """Delete Idle Code"""
        answer: None = self._connection.call(
            "DELETE", f"/config/idle_codes/{segment(item_id)}", version=version
        )
        return answer

    def replace_idle_code(
        self, item_id: int, body: models.IdleCodeDraft, *, version: int
    ) -> models.IdleCodeItem:
        """Replace Idle Code"""
        answer: models.IdleCodeItem = self._connection.call(
            "PUT", f"/config/idle_codes/{segment(item_id)}", version=version, json=body
        )
        return answer

    def list_roles(self, *, cursor: str | None = None, limit: int | None = None) -> models.RolePage:
        """List Roles"""
        answer: models.RolePage = self._connection.call(
            "GET", "/config/roles", query={"cursor": cursor, "limit": limit}
        )
        return answer

    def create_role(
        self, body: models.RoleDraft, *, idempotency_key: str | None = None
    ) -> models.RoleItem:
        """Create Role"""
        answer: models.RoleItem = self._connection.call(
            "POST", "/config/roles", idempotency_key=idempotency_key, json=body
        )
        return answer

    def get_role(self, item_id: int) -> models.RoleItem:
        """Get Role"""
        answer: models.RoleItem = self._connection.call("GET", f"/config/roles/{segment(item_id)}")
        return answer

    def delete_role(self, item_id: int, *, version: int) -> None:
        """Delete Role"""
        answer: None = self._connection.call(
            "DELETE", f"/config/roles/{segment(item_id)}", version=version
        )
        return answer

    def replace_role(
        self, item_id: int, body: models.RoleDraft, *, version: int
    ) -> models.RoleItem:
        """Replace Role"""
        answer: models.RoleItem = self._connection.call(
            "PUT", f"/config/roles/{segment(item_id)}", version=version, json=body
        )
        return answer

    def list_users(self, *, cursor: str | None = None, limit: int | None = None) -> models.UserPage:
        """List Users"""
        answer: models.UserPage = self._connection.call(
            "GET", "/config/users", query={"cursor": cursor, "limit": limit}
        )
        return answer

    def create_user(
        self, body: models.UserDraft, *, idempotency_key: str | None = None
    ) -> models.UserItem:
        """Create User"""
        answer: models.UserItem = self._connection.call(
            "POST", "/config/users", idempotency_key=idempotency_key, json=body
        )
        return answer

    def get_user(self, item_id: int) -> models.UserItem:
        """Get User"""
        answer: models.UserItem = self._connection.call("GET", f"/config/users/{segment(item_id)}")
        return answer

    def delete_user(self, item_id: int, *, version: int) -> None:
        """Delete User"""
        answer: None = self._connection.call(
            "DELETE", f"/config/users/{segment(item_id)}", version=version
        )
        return answer

    def replace_user(
        self, item_id: int, body: models.UserDraft, *, version: int
    ) -> models.UserItem:
        """Replace User"""
        answer: models.UserItem = self._connection.call(
            "PUT", f"/config/users/{segment(item_id)}", version=version, json=body
        )
        return answer

    def list_identity_providers(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.IdentityProviderPage:
        """List Identity Providers"""
        answer: models.IdentityProviderPage = self._connection.call(
            "GET", "/config/identity_providers", query={"cursor": cursor, "limit": limit}
        )
        return answer

    def create_identity_provider(
        self, body: models.IdentityProviderDraft, *, idempotency_key: str | None = None
    ) -> models.IdentityProviderItem:
        """Create Identity Provider"""
        answer: models.IdentityProviderItem = self._connection.call(
            "POST", "/config/identity_providers", idempotency_key=idempotency_key, json=body
        )
        return answer

    def get_identity_provider(self, item_id: int) -> models.IdentityProviderItem:
        """Get Identity Provider"""
        answer: models.IdentityProviderItem = self._connection.call(
            "GET", f"/config/identity_providers/{segment(item_id)}"
        )
        return answer

    def delete_identity_provider(self, item_id: int, *, version: int) -> None:
        """Delete Identity Provider"""
        answer: None = self._connection.call(
            "DELETE", f"/config/identity_providers/{segment(item_id)}", version=version
        )
        return answer

    def replace_identity_provider(
        self, item_id: int, body: models.IdentityProviderDraft, *, version: int
    ) -> models.IdentityProviderItem:
        """Replace Identity Provider"""
        answer: models.IdentityProviderItem = self._connection.call(
            "PUT", f"/config/identity_providers/{segment(item_id)}", version=version, json=body
        )
        return answer

    def list_queues(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.QueuePage:
        """List Queues"""
        answer: models.QueuePage = self._connection.call(
            "GET", "/config/queues", query={"cursor": cursor, "limit": limit}
        )
        return answer

    def create_queue(
        self, body: models.QueueDraft, *, idempotency_key: str | None = None
    ) -> models.QueueItem:
        """Create Queue"""
        answer: models.QueueItem = self._connection.call(
            "POST", "/config/queues", idempotency_key=idempotency_key, json=body
        )
        return answer

    def get_queue(self, item_id: int) -> models.QueueItem:
        """Get Queue"""
        answer: models.QueueItem = self._connection.call(
            "GET", f"/config/queues/{segment(item_id)}"
        )
        return answer

    def delete_queue(self, item_id: int, *, version: int) -> None:
        """Delete Queue"""
        answer: None = self._connection.call(
            "DELETE", f"/config/queues/{segment(item_id)}", version=version
        )
        return answer

    def replace_queue(
        self, item_id: int, body: models.QueueDraft, *, version: int
    ) -> models.QueueItem:
        """Replace Queue"""
        answer: models.QueueItem = self._connection.call(
            "PUT", f"/config/queues/{segment(item_id)}", version=version, json=body
        )
        return answer

    def list_reasons(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.ReasonPage:
        """List Reasons"""
        answer: models.ReasonPage = self._connection.call(
            "GET", "/config/reasons", query={"cursor": cursor, "limit": limit}
        )
        return answer

    def create_reason(
        self, body: models.ReasonDraft, *, idempotency_key: str | None = None
    ) -> models.ReasonItem:
        """Create Reason"""
        answer: models.ReasonItem = self._connection.call(
            "POST", "/config/reasons", idempotency_key=idempotency_key, json=body
        )
        return answer

    def get_reason(self, item_id: int) -> models.ReasonItem:
        """Get Reason"""
        answer: models.ReasonItem = self._connection.call(
            "GET", f"/config/reasons/{segment(item_id)}"
        )
        return answer

    def delete_reason(self, item_id: int, *, version: int) -> None:
        """Delete Reason"""
        answer: None = self._connection.call(
            "DELETE", f"/config/reasons/{segment(item_id)}", version=version
        )
        return answer

    def replace_reason(
        self, item_id: int, body: models.ReasonDraft, *, version: int
    ) -> models.ReasonItem:
        """Replace Reason"""
        answer: models.ReasonItem = self._connection.call(
            "PUT", f"/config/reasons/{segment(item_id)}", version=version, json=body
        )
        return answer

    def list_accounts(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.AccountPage:
        """List Accounts"""
        answer: models.AccountPage = self._connection.call(
            "GET", "/config/accounts", query={"cursor": cursor, "limit": limit}
        )
        return answer

    def create_account(
        self, body: models.AccountDraft, *, idempotency_key: str | None = None
    ) -> models.AccountItem:
        """Create Account"""
        answer: models.AccountItem = self._connection.call(
            "POST", "/config/accounts", idempotency_key=idempotency_key, json=body
        )
        return answer

    def get_account(self, item_id: int) -> models.AccountItem:
        """Get Account"""
        answer: models.AccountItem = self._connection.call(
            "GET", f"/config/accounts/{segment(item_id)}"
        )
        return answer

    def delete_account(self, item_id: int, *, version: int) -> None:
        """Delete Account"""
        answer: None = self._connection.call(
            "DELETE", f"/config/accounts/{segment(item_id)}", version=version
        )
        return answer

    def replace_account(
        self, item_id: int, body: models.AccountDraft, *, version: int
    ) -> models.AccountItem:
        """Replace Account"""
        answer: models.AccountItem = self._connection.call(
            "PUT", f"/config/accounts/{segment(item_id)}", version=version, json=body
        )
        return answer

    def list_entry_points(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.EntryPointPage:
        """List Entry Points"""
        answer: models.EntryPointPage = self._connection.call(
            "GET", "/config/entry_points", query={"cursor": cursor, "limit": limit}
        )
        return answer

    def create_entry_point(
        self, body: models.EntryPointDraft, *, idempotency_key: str | None = None
    ) -> models.EntryPointItem:
        """Create Entry Point"""
        answer: models.EntryPointItem = self._connection.call(
            "POST", "/config/entry_points", idempotency_key=idempotency_key, json=body
        )
        return answer

    def get_entry_point(self, item_id: int) -> models.EntryPointItem:
        """Get Entry Point"""
        answer: models.EntryPointItem = self._connection.call(
            "GET", f"/config/entry_points/{segment(item_id)}"
        )
        return answer

    def delete_entry_point(self, item_id: int, *, version: int) -> None:
        """Delete Entry Point"""
        answer: None = self._connection.call(
            "DELETE", f"/config/entry_points/{segment(item_id)}", version=version
        )
        return answer

    def replace_entry_point(
        self, item_id: int, body: models.EntryPointDraft, *, version: int
    ) -> models.EntryPointItem:
        """Replace Entry Point"""
        answer: models.EntryPointItem = self._connection.call(
            "PUT", f"/config/entry_points/{segment(item_id)}", version=version, json=body
        )
        return answer

    def list_templates(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.TemplatePage:
        """List Templates"""
        answer: models.TemplatePage = self._connection.call(
            "GET", "/config/templates", query={"cursor": cursor, "limit": limit}
        )
        return answer

    def create_template(
        self, body: models.TemplateDraft, *, idempotency_key: str | None = None
    ) -> models.TemplateItem:
        """Create Template"""
        answer: models.TemplateItem = self._connection.call(
            "POST", "/config/templates", idempotency_key=idempotency_key, json=body
        )
        return answer

    def get_template(self, item_id: int) -> models.TemplateItem:
        """Get Template"""
        answer: models.TemplateItem = self._connection.call(
            "GET", f"/config/templates/{segment(item_id)}"
        )
        return answer

    def delete_template(self, item_id: int, *, version: int) -> None:
        """Delete Template"""
        answer: None = self._connection.call(
            "DELETE", f"/config/templates/{segment(item_id)}", version=version
        )
        return answer

    def replace_template(
        self, item_id: int, body: models.TemplateDraft, *, version: int
    ) -> models.TemplateItem:
        """Replace Template"""
        answer: models.TemplateItem = self._connection.call(
            "PUT", f"/config/templates/{segment(item_id)}", version=version, json=body
        )
        return answer

    def list_workflows(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.WorkflowPage:
        """List Workflows"""
        answer: models.WorkflowPage = self._connection.call(
            "GET", "/config/workflows", query={"cursor": cursor, "limit": limit}
        )
        return answer

    def create_workflow(
        self, body: models.WorkflowDraft, *, idempotency_key: str | None = None
    ) -> models.WorkflowItem:
        """Create Workflow"""
        answer: models.WorkflowItem = self._connection.call(
            "POST", "/config/workflows", idempotency_key=idempotency_key, json=body
        )
        return answer

    def get_workflow(self, item_id: int) -> models.WorkflowItem:
        """Get Workflow"""
        answer: models.WorkflowItem = self._connection.call(
            "GET", f"/config/workflows/{segment(item_id)}"
        )
        return answer

    def delete_workflow(self, item_id: int, *, version: int) -> None:
        """Delete Workflow"""
        answer: None = self._connection.call(
            "DELETE", f"/config/workflows/{segment(item_id)}", version=version
        )
        return answer

    def replace_workflow(
        self, item_id: int, body: models.WorkflowDraft, *, version: int
    ) -> models.WorkflowItem:
        """Replace Workflow"""
        answer: models.WorkflowItem = self._connection.call(
            "PUT", f"/config/workflows/{segment(item_id)}", version=version, json=body
        )
        return answer

    def list_rules(self, *, cursor: str | None = None, limit: int | None = None) -> models.RulePage:
        """List Rules"""
        answer: models.RulePage = self._connection.call(
            "GET", "/config/rules", query={"cursor": cursor, "limit": limit}
        )
        return answer

    def create_rule(
        self, body: models.RuleDraft, *, idempotency_key: str | None = None
    ) -> models.RuleItem:
        """Create Rule"""
        answer: models.RuleItem = self._connection.call(
            "POST", "/config/rules", idempotency_key=idempotency_key, json=body
        )
        return answer

    def get_rule(self, item_id: int) -> models.RuleItem:
        """Get Rule"""
        answer: models.RuleItem = self._connection.call("GET", f"/config/rules/{segment(item_id)}")
        return answer

    def delete_rule(self, item_id: int, *, version: int) -> None:
        """Delete Rule"""
        answer: None = self._connection.call(
            "DELETE", f"/config/rules/{segment(item_id)}", version=version
        )
        return answer

    def replace_rule(
        self, item_id: int, body: models.RuleDraft, *, version: int
    ) -> models.RuleItem:
        """Replace Rule"""
        answer: models.RuleItem = self._connection.call(
            "PUT", f"/config/rules/{segment(item_id)}", version=version, json=body
        )
        return answer

    def list_webhooks(
        self, *, cursor: str | None = None, limit: int | None = None
    ) -> models.WebhookPage:
        """List Webhooks"""
        answer: models.WebhookPage = self._connection.call(
            "GET", "/config/webhooks", query={"cursor": cursor, "limit": limit}
        )
        return answer

    def create_webhook(
        self, body: models.WebhookDraft, *, idempotency_key: str | None = None
    ) -> models.WebhookItem:
        """Create Webhook"""
        answer: models.WebhookItem = self._connection.call(
            "POST", "/config/webhooks", idempotency_key=idempotency_key, json=body
        )
        return answer

    def get_webhook(self, item_id: int) -> models.WebhookItem:
        """Get Webhook"""
        answer: models.WebhookItem = self._connection.call(
            "GET", f"/config/webhooks/{segment(item_id)}"
        )
        return answer

    def delete_webhook(self, item_id: int, *, version: int) -> None:
        """Delete Webhook"""
        answer: None = self._connection.call(
            "DELETE", f"/config/webhooks/{segment(item_id)}", version=version
        )
        return answer

    def replace_webhook(
        self, item_id: int, body: models.WebhookDraft, *, version: int
    ) -> models.WebhookItem:
        """Replace Webhook"""
        answer: models.WebhookItem = self._connection.call(
            "PUT", f"/config/webhooks/{segment(item_id)}", version=version, json=body
        )
        return answer

    def export_configuration(self) -> bytes:
        """The whole configuration as YAML: references by name, no ids, no secrets."""
        answer: bytes = self._connection.read("GET", "/config")
        return answer

    def apply_configuration(
        self, content: bytes, *, dry_run: bool | None = None, prune: bool | None = None
    ) -> models.Applied:
        """Apply a YAML document: all of it or nothing.

        `prune` deletes what the document does not name, of the kinds that it has."""
        answer: models.Applied = self._connection.call(
            "PUT",
            "/config",
            query={"dry_run": dry_run, "prune": prune},
            content=content,
            media_type="application/yaml",
        )
        return answer

    def page(
        self,
        *,
        cursor: str | None = None,
        kind: str | None = None,
        actor_id: int | None = None,
        limit: int | None = None,
    ) -> models.ChangePage:
        """What has been changed in the configuration, newest first."""
        answer: models.ChangePage = self._connection.call(
            "GET",
            "/config/changes",
            query={"cursor": cursor, "kind": kind, "actor_id": actor_id, "limit": limit},
        )
        return answer

    def undo_change(
        self, change_id: str, body: models.UndoBody, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Bring back what was before a change, as new versions; all of it or nothing."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/config/changes/{segment(change_id)}/undo",
            idempotency_key=idempotency_key,
            json=body,
        )
        return answer
