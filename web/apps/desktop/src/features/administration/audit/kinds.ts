import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

/** What can have been done with an account or a customer’s data (`application/audit.py`). */
export const kinds: Record<string, MessageDescriptor> = {
  signed_in: msg`Signed in`,
  sign_in_failed: msg`Sign-in failed`,
  signed_out: msg`Signed out`,
  session_ended: msg`Session ended`,
  sessions_ended: msg`All other sessions ended`,
  password_changed: msg`Password changed`,
  password_given: msg`Password given`,
  password_change_required: msg`Another password asked for`,
  invitation_made: msg`Link for a password made`,
  invitation_used: msg`Link for a password used`,
  invitation_withdrawn: msg`Link for a password withdrawn`,
  invitation_mailed: msg`Link for a password sent by e-mail`,
  second_factor_on: msg`Second factor turned on`,
  second_factor_off: msg`Second factor turned off`,
  second_factor_reset: msg`Second factor reset`,
  recovery_codes_made: msg`New recovery codes`,
  recovery_code_used: msg`Recovery code used`,
  passkey_added: msg`Passkey added`,
  passkey_removed: msg`Passkey removed`,
  identity_bound: msg`Bound to an identity provider`,
  identity_unbound: msg`Unbound from identity providers`,
  token_created: msg`Token created`,
  token_revoked: msg`Token revoked`,
  person_exported: msg`Customer exported`,
  person_erased: msg`Customer erased`,
};
