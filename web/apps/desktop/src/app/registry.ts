import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { lazy, type ComponentType } from "react";
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
  mail: lazy(() => import("../features/mail/MailDialog.tsx")),
  park: lazy(() => import("../features/park/ParkDialog.tsx")),
};

export interface PageEntry {
  path: string;
  title: MessageDescriptor;
}

/** The pages that the navigation offers; `/tasks/<id>` is the first with a conversation open. */
export const pages: readonly PageEntry[] = [
  { path: "/", title: msg`Desk` },
  { path: "/queues", title: msg`Queues` },
];
