import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { ComponentType } from "react";
import { AuditPage } from "./audit/AuditPage.tsx";
import { DocumentPage } from "./document/DocumentPage.tsx";
import { ChangesPage } from "./history/ChangesPage.tsx";

export interface Tool {
  id: string;
  title: MessageDescriptor;
  /** Whoever may look with it sees the page. */
  right: string;
  Page: ComponentType<{ itemId: string | undefined }>;
}

/** Pages of the administration that are not about one kind of thing. */
export const tools: readonly Tool[] = [
  { id: "changes", title: msg`Changes`, right: "configuration", Page: ChangesPage },
  { id: "audit", title: msg`Audit log`, right: "audit", Page: AuditPage },
  { id: "document", title: msg`Import and export`, right: "configuration", Page: DocumentPage },
];
