import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { ComponentType } from "react";
import { InvitationsPage } from "./accounts/InvitationsPage.tsx";
import { TokensPage } from "./accounts/TokensPage.tsx";
import { AuditPage } from "./audit/AuditPage.tsx";
import { CustomersPage } from "./customers/CustomersPage.tsx";
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
  { id: "invitations", title: msg`Invitations`, right: "accounts", Page: InvitationsPage },
  { id: "tokens", title: msg`API tokens`, right: "accounts", Page: TokensPage },
  { id: "customer-data", title: msg`Customers’ data`, right: "people", Page: CustomersPage },
  { id: "document", title: msg`Import and export`, right: "configuration", Page: DocumentPage },
];
