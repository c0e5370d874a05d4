import { i18n } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Catalog, Task, User } from "@rapport/api-client";
import { agentName } from "../../shared/people.ts";
import { supervises } from "../../shared/rights.ts";

export function label(name: string): string {
  return name.replaceAll("_", " ");
}

/** Where a variable's value comes from. */
export function sourceText(source: Task["variable_sources"][string] | undefined, catalog: Catalog): string {
  if (source === undefined) return i18n._(msg`from the customer`);
  return source.kind === "agent" ? agentName(catalog, source.id) : i18n._(msg`by a workflow`);
}

/** What this person may correct: what the queue names, and for supervisors whatever is there. */
export function editableNames(task: Task, catalog: Catalog, user: User | null): string[] {
  const named = catalog.queues.find(({ id }) => id === task.queue_id)?.editable_variables ?? [];
  const held = supervises(user) ? Object.keys(task.variables) : [];
  return [...new Set([...named, ...held])];
}
