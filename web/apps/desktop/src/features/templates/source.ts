import type { Attachment, LoadedTemplate, TemplateItem } from "@rapport/api-client";
import type { Desk } from "../../shared/desk.ts";

/** Where templates come from: a conversation, or one that is about to be started. */
export interface TemplateSource {
  /** Tells what is kept for one place from what is kept for another. */
  key: string;
  list: () => Promise<{ items: TemplateItem[] }>;
  one: (templateId: number) => Promise<LoadedTemplate>;
  files: (templateId: number) => Promise<{ attachments: Attachment[] }>;
}

export function templatesOfTask(desk: Desk, taskId: number): TemplateSource {
  return {
    key: String(taskId),
    list: () => desk.api.cannedTemplates(taskId),
    one: (templateId) => desk.api.cannedTemplate(taskId, templateId),
    files: (templateId) => desk.api.templateFiles(taskId, templateId),
  };
}

/** Of a first message to a contact, to nobody known yet, or in a conversation again. */
export function templatesToStart(desk: Desk, accountId: number, to: { contact_id?: number; conversation_id?: number }): TemplateSource {
  const start = { account_id: accountId, ...to };
  return {
    key: `start/${accountId}/${to.contact_id ?? ""}/${to.conversation_id ?? ""}`,
    list: () => desk.api.firstTemplates(start),
    one: (templateId) => desk.api.firstTemplate(templateId, start),
    files: (templateId) => desk.api.firstTemplateFiles(templateId, accountId),
  };
}
