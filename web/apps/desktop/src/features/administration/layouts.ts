import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

export interface Section {
  title: MessageDescriptor;
  lead?: MessageDescriptor;
  fields: readonly string[];
  /** Closed until it is asked for. */
  folded?: boolean;
}

const basics = msg`Basics`;
const advanced = msg`More settings`;

/** In which order a kind's fields are shown. Fields that are named nowhere come last, folded; a
    kind without a layout shows all of them as the schema has them. */
export const layouts: Record<string, readonly Section[]> = {
  queues: [
    { title: basics, fields: ["channels", "strategy", "groups", "agents"] },
    { title: msg`Ringing and transfer`, fields: ["offer_s", "offer_s_by_kind", "unanswered_transfer", "transfer_from_teams", "rona_per_channel", "self_assign", "outbound"] },
    { title: msg`Wrap-up`, fields: ["reason_required", "auto_wrap_up_s", "auto_wrap_up_cancellable", "survey"] },
    { title: msg`Waiting`, lead: msg`What happens to those who wait long, and when the day is over.`, fields: ["service_level_s", "alert_after_s", "overflow", "time_out_s", "hours", "when_hours_close", "closed_text"] },
    { title: msg`Beside the conversation`, fields: ["screen_pop", "editable_variables"], folded: true },
    { title: msg`Skills`, fields: ["skills", "relaxations"], folded: true },
    { title: advanced, fields: ["last_agent_s", "priority_step_s", "when_agent_gone", "gone_grace_s", "silence"], folded: true },
  ],
  entry_points: [
    { title: basics, fields: ["account", "queue", "greeting"] },
    { title: msg`Business hours`, fields: ["hours", "when_closed", "closed_text"] },
    { title: msg`What it is about`, lead: msg`Words of the first message choose queue, skills and priority. The first line that fits counts.`, fields: ["keywords"], folded: true },
    { title: msg`A question before the queue`, lead: msg`Who has not said what it is about chooses: by number, by word, or by tapping where the channel can.`, fields: ["menu"], folded: true },
    { title: advanced, fields: ["priority", "skills", "screen_pop"], folded: true },
  ],
  users: [
    { title: basics, fields: ["login", "email", "roles", "custom_roles", "active"] },
    { title: msg`Work`, fields: ["teams", "skills", "profile"] },
  ],
  roles: [
    { title: basics, fields: ["description", "second_factor"] },
    { title: msg`Rights`, lead: msg`Whoever has several roles has the rights of all of them. Nobody can give rights that they do not have.`, fields: ["rights"] },
  ],
  identity_providers: [
    { title: basics, fields: ["issuer", "client_id", "active"] },
    { title: msg`People who are new`, lead: msg`Everybody else is known by the e-mail address that the provider vouches for.`, fields: ["newcomers", "roles", "custom_roles", "teams"] },
  ],
  hours: [{ title: msg`Opening hours`, fields: [] }],
  accounts: [
    { title: basics, fields: ["address", "active"] },
    { title: msg`The website's chat`, fields: ["webchat"] },
    { title: msg`Settings of the channel`, fields: ["settings"] },
    { title: msg`Words to customers`, fields: ["ask_to_end_text", "joined_text", "left_text", "dropped_text", "end_words"], folded: true },
    { title: advanced, fields: ["composer_limit", "files", "answers_late", "abandon_after_s", "silence"], folded: true },
  ],
  templates: [
    { title: basics, fields: ["group", "body", "locked"] },
    { title: msg`For whom`, fields: ["channels", "teams", "language"] },
    { title: advanced, fields: ["styles"], folded: true },
  ],
  workflows: [
    { title: basics, fields: ["inputs", "method", "url", "headers", "body"] },
    { title: msg`The answer`, fields: ["answer"] },
    { title: msg`For whom`, fields: ["channels", "teams"] },
    { title: advanced, fields: ["timeout_s", "retries"], folded: true },
  ],
  rules: [
    { title: basics, fields: ["active", "event", "workflow", "inputs"] },
    { title: msg`Only for`, fields: ["queues", "channels", "reasons"] },
  ],
  webhooks: [
    { title: basics, fields: ["url", "events", "active"] },
    { title: msg`Only for`, fields: ["queues", "channels"], folded: true },
    { title: advanced, fields: ["timeout_s"], folded: true },
  ],
  teams: [{ title: basics, fields: ["description"] }],
  skills: [{ title: basics, fields: ["description"] }],
  profiles: [{ title: msg`Conversations at once`, fields: ["mode", "chat", "email", "social"] }],
  idle_codes: [{ title: basics, fields: ["default"] }],
  reasons: [{ title: basics, fields: ["queues", "default"] }],
};
