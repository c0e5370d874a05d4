import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { ComponentType } from "react";
import type { User } from "@rapport/api-client";
import { withTexts } from "../shared/i18n.ts";
import { later } from "../shared/later.tsx";
import { administers, mayLook, seesFloor } from "../shared/rights.ts";
import type { DialogName, OpenDialog } from "../shared/ui.ts";

export interface DialogProps {
  dialog: OpenDialog;
  onClose: () => void;
}

/** Every dialog of the desktop, loaded when first opened. The browser tests walk this list. */
export const dialogs: Record<DialogName, ComponentType<DialogProps>> = {
  transfer: later(() => import("../features/transfer/TransferDialog.tsx")),
  conference: later(() => import("../features/conference/ConferenceDialog.tsx")),
  consent: later(() => import("../features/wrap-up/ConsentDialog.tsx")),
  wrap_up: later(() => import("../features/wrap-up/WrapUpDialog.tsx")),
  rona: later(() => import("../features/agent-state/RonaDialog.tsx")),
  shortcuts: later(() => import("../features/shortcuts/ShortcutsDialog.tsx")),
  palette: later(() => import("../features/shortcuts/PaletteDialog.tsx")),
  preferences: later(() => import("../features/preferences/PreferencesDialog.tsx")),
  image: later(() => import("../features/conversation/ImageDialog.tsx")),
  message: later(() => import("../features/conversation/MessageDialog.tsx")),
  approved_template: later(() => import("../features/approved-template/ApprovedTemplateDialog.tsx")),
  templates: later(() => import("../features/templates/TemplatesDialog.tsx")),
  workflow: later(() => import("../features/workflows/WorkflowDialog.tsx")),
  mail: later(() => import("../features/mail/MailDialog.tsx")),
  reading: later(() => import("../features/reading/ReadingDialog.tsx")),
  contact: later(() => import("../features/customer-panel/ContactDialog.tsx")),
  variables: later(() => import("../features/customer-panel/VariablesDialog.tsx")),
  merge: later(() => import("../features/customer-panel/MergeDialog.tsx")),
  new_message: later(() => import("../features/outbound/NewMessageDialog.tsx")),
  follow_up: later(() => import("../features/outbound/FollowUpDialog.tsx")),
  park: later(() => import("../features/park/ParkDialog.tsx")),
  save_report: later(withTexts("supervision", () => import("../features/reports/SaveReportDialog.tsx"))),
  schedule_report: later(withTexts("supervision", () => import("../features/reports/ScheduleDialog.tsx"))),
  delete_report: later(withTexts("supervision", () => import("../features/reports/DeleteReportDialog.tsx"))),
  reassign: later(withTexts("supervision", () => import("../features/floor/ReassignDialog.tsx"))),
  notice: later(withTexts("supervision", () => import("../features/floor/NoticeDialog.tsx"))),
  agent_state: later(withTexts("supervision", () => import("../features/floor/AgentStateDialog.tsx"))),
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
