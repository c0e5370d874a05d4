import { i18n } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { ApiError } from "@rapport/api-client";
import { refusalText } from "../forms/errors.ts";

/** Why an invitation could not be sent; in English the server says more. */
export function invitationFailure(error: unknown): string {
  if (i18n.locale !== "en" && error instanceof ApiError) {
    if (error.code === "user_without_address") return i18n._(msg`This person has no e-mail address. Enter one first.`);
  }
  return refusalText(error);
}
