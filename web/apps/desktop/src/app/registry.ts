import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { lazy, type ComponentType } from "react";
import type { User } from "@rapport/api-client";
import { withTexts } from "../shared/i18n.ts";
import { administers, mayLook, seesFloor } from "../shared/rights.ts";
import type { DialogName, OpenDialog } from "../shared/ui.ts";

export interface DialogProps {
  dialog: OpenDialog;
  onClose: () => void;
}

/** Every dialog of the desktop, loaded when first opened. The browser tests walk this list. */
export const dialogs: Record<DialogName, ComponentType<DialogProps>> = {
  transfer: lazy(() => import("../features/transfer/TransferDialog.tsx")),
  conference: lazy(() => import("../features/conference/ConferenceDialog.tsx")),
  consent: lazy(() => import("../features/wrap-up/ConsentDialog.tsx")),
  wrap_up: lazy(() => import("../features/wrap-up/WrapUpDialog.tsx")),
  rona: lazy(() => import("../features/agent-state/RonaDialog.tsx")),
  shortcuts: lazy(() => import("../features/shortcuts/ShortcutsDialog.tsx")),
  palette: lazy(() => import("../features/shortcuts/PaletteDialog.tsx")),
  preferences: lazy(() => import("../features/preferences/PreferencesDialog.tsx")),
  image: lazy(() => import("../features/conversation/ImageDialog.tsx")),
  message: lazy(() => import("../features/conversation/MessageDialog.tsx")),
  approved_template: lazy(() => import("../features/approved-template/ApprovedTemplateDialog.tsx")),
  templates: lazy(() => import("../features/templates/TemplatesDialog.tsx")),
  workflow: lazy(() => import("../features/workflows/WorkflowDialog.tsx")),
  mail: lazy(() => import("../features/mail/MailDialog.tsx")),
  reading: lazy(() => import("../features/reading/ReadingDialog.tsx")),
  contact: lazy(() => import("../features/customer-panel/ContactDialog.tsx")),
  variables: lazy(() => import("../features/customer-panel/VariablesDialog.tsx")),
  merge: lazy(() => import("../features/customer-panel/MergeDialog.tsx")),
  new_message: lazy(() => import("../features/outbound/NewMessageDialog.tsx")),
  follow_up: lazy(() => import("../features/outbound/FollowUpDialog.tsx")),
  park: lazy(() => import("../features/park/ParkDialog.tsx")),
  save_report: lazy(withTexts("supervision", () => import("../features/reports/SaveReportDialog.tsx"))),
  schedule_report: lazy(withTexts("supervision", () => import("../features/reports/ScheduleDialog.tsx"))),
  delete_report: lazy(withTexts("supervision", () => import("../features/reports/DeleteReportDialog.tsx"))),
  reassign: lazy(withTexts("supervision", () => import("../features/floor/ReassignDialog.tsx"))),
  notice: lazy(withTexts("supervision", () => import("../features/floor/NoticeDialog.tsx"))),
  agent_state: lazy(withTexts("supervision", () => import("../features/floor/AgentStateDialog.tsx"))),
};

export interface PageEntry {
  path: string;
  title: MessageDescriptor;
  /** Offered only to people who may open it; without one, to everybody with a desk. */
  open?: (user: User) => boolean;
}

/** The pages that the navigation offers; `/tasks/<id>` is the first with a conversation open. */
export const pages: readonly PageEntry[] = [
  { path: "/", title: msg`Desk` },
  { path: "/queues", title: msg`Queues` },
  { path: "/history", title: msg`My last day` },
  { path: "/my-figures", title: msg`My figures` },
  { path: "/floor", title: msg`Floor`, open: seesFloor },
  { path: "/reports", title: msg`Reports`, open: (user) => mayLook(user, "reports") },
  { path: "/search", title: msg`Search` },
  { path: "/account", title: msg`Your account` },
  { path: "/admin", title: msg`Administration`, open: administers },
];
