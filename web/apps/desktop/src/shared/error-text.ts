import { i18n, type MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { ApiError } from "@rapport/api-client";

/** What a refusal means to the agent, by code; the server's own words are for logs. */
const sentences: Record<string, MessageDescriptor> = {
  offline: msg`You are offline. Try again once the connection is back.`,
  unreachable: msg`The server did not answer. Please try again.`,
  invalid_credentials: msg`Name or password is not right.`,
  too_many_attempts: msg`Too many attempts. Please wait a moment and try again.`,
  not_signed_in: msg`Your session has ended. Please sign in again.`,
  offer_ringing: msg`A request is waiting for you. Accept it or let it expire first.`,
  tasks_open: msg`You can't sign out while you still have conversations.`,
  offer_expired: msg`This request has expired. It went back to its queue.`,
  offer_withdrawn: msg`This request is no longer available.`,
  offer_gone: msg`This request is no longer available.`,
  already_accepted: msg`This request has already been accepted.`,
  not_offered_to_you: msg`This request is not offered to you any more.`,
  stale_epoch: msg`The conversation has changed meanwhile. Look again and repeat if you still want to.`,
  stale_version: msg`This was changed meanwhile. Look again and repeat if you still want to.`,
  not_your_task: msg`This conversation is no longer yours.`,
  task_ended: msg`This conversation has already ended.`,
  task_parked: msg`This conversation is parked.`,
  customer_left: msg`The customer has left the conversation.`,
  over_limit: msg`The message is too long.`,
  target_unavailable: msg`This choice is not available any more. Refresh the list and choose again.`,
  target_not_allowed: msg`This choice is not allowed for this conversation.`,
  target_takes_part: msg`This agent already takes part.`,
  target_is_self: msg`You can't choose yourself.`,
  agent_at_capacity: msg`No capacity left`,
  agent_idle: msg`Idle`,
  agent_rona: msg`Not answering (RONA)`,
  agent_offline: msg`Offline`,
  agent_leaving: msg`About to go idle`,
  blended_realtime: msg`Busy with another channel`,
  conference_running: msg`A conference is already running.`,
  conference_requested: msg`A conference request is already waiting for an answer.`,
  no_conference: msg`There is no conference to change.`,
  no_conference_here: msg`This channel has no conferences.`,
  owner_only: msg`Only the owner of the conversation can do this.`,
  not_allowed_for_owner: msg`The owner can't exit; end the conference instead.`,
  consent_missing: msg`The customer's consent is needed before ending.`,
  reason_required: msg`Choose a wrap-up reason.`,
  one_reason_only: msg`This channel takes one wrap-up reason.`,
  unknown_reason: msg`This wrap-up reason is not available any more.`,
  timer_fixed: msg`This timer can't be cancelled.`,
  wrap_up_running: msg`Wrap-up is already running.`,
  not_wrapping_up: msg`This conversation is not in wrap-up.`,
  file_too_large: msg`The file is too large.`,
  file_type_refused: msg`This type of file is not allowed.`,
  file_empty: msg`The file is empty.`,
  no_attachments_here: msg`This channel takes no files.`,
  unknown_attachment: msg`A file is not there any more. Attach it again.`,
  too_many_files: msg`Too many files at once.`,
  empty_message: msg`The message is empty.`,
  target_unknown: msg`This choice is not available any more. Refresh the list and choose again.`,
  self_assign_off: msg`Conversations can't be taken from this queue by hand.`,
  overloaded: msg`The server is busy. Please try again in a moment.`,
  window_closed: msg`The customer last wrote too long ago for a free message on this channel.`,
  opted_out: msg`The customer has opted out of messages.`,
  not_failed: msg`This message has not failed; it needs no second try.`,
  not_waiting: msg`This message does not wait any more.`,
  being_sent: msg`This message is being sent at this moment.`,
  cancelled: msg`It was cancelled before it was sent.`,
  message_not_found: msg`This message is not there any more.`,
  too_long: msg`The message is too long for this channel.`,
  until_in_past: msg`This time is in the past.`,
  until_too_late: msg`This time is too far away.`,
  no_templates_here: msg`This channel has no approved templates.`,
  provider_away: msg`The provider does not answer. Please try again.`,
  no_file: msg`The file is not available at the provider.`,
  not_latest: msg`You are not replying to the latest email. Read it first.`,
  bad_address: msg`An address is not an e-mail address.`,
  no_recipient: msg`Say to whom it goes.`,
  no_mail: msg`There is no mail in this conversation.`,
  no_source: msg`The source of this mail is not kept.`,
  no_right: msg`You don't have the right to do this.`,
};

export function hasSentence(code: string): boolean {
  return code in sentences;
}

export function codeText(code: string, fallback = ""): string {
  const sentence = sentences[code];
  if (sentence !== undefined) return i18n._(sentence);
  return fallback !== "" ? fallback : i18n._(msg`That did not work (${code}).`);
}

export function errorText(error: unknown): string {
  if (error instanceof ApiError) return codeText(error.code, error.message);
  return i18n._(msg`Something went wrong in this page. Please try again.`);
}
