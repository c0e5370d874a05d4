import { useLingui } from "@lingui/react/macro";
import { dayAndTime } from "../../shared/time.ts";

/** Moments as dates and times in the reader's language; nothing for nothing. */
export function useWhen(): (moment: string | null | undefined) => string {
  const { i18n } = useLingui();
  return (moment) => (moment == null ? "" : dayAndTime(moment, i18n.locale));
}
