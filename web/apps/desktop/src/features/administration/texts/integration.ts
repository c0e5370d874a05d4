import { msg } from "@lingui/core/macro";
import type { FieldText } from "./texts.ts";

/** What is told to other systems. */
export const integrationTexts: Record<string, FieldText> = {
  "WebhookSpec.url": { label: msg`Address`, help: msg`Where events are posted as JSON. With https; http only into private networks that the operator has allowed.` },
  "WebhookSpec.events": {
    label: msg`Events`,
    help: msg`None chosen means all.`,
    choices: {
      "message.received": msg`A customer has written`,
      "message.sent": msg`A message was sent`,
      "message.status": msg`A message was delivered, read or failed`,
      "task.queued": msg`It waits in a queue`,
      "task.offered": msg`It rings at an agent`,
      "task.accepted": msg`An agent has accepted`,
      "task.started": msg`An agent has written first`,
      "offer.expired": msg`An offer was not answered`,
      "task.requeued": msg`It waits again`,
      "task.transferred": msg`It was transferred`,
      "task.dropped": msg`It was dropped: nobody took the transfer`,
      "task.parked": msg`It was parked`,
      "task.resumed": msg`It was resumed after parking`,
      "task.taken_over": msg`A supervisor has taken it over`,
      "task.reassigned": msg`A supervisor has reassigned it`,
      "task.ended": msg`It has ended`,
      "conference.joined": msg`Somebody has joined`,
      "conference.exited": msg`Somebody has left the conference`,
      "wrap_up.submitted": msg`The wrap-up was submitted`,
      "customer.left": msg`The customer has left`,
      "customer.returned": msg`The customer is back`,
      "contact.updated": msg`A customer's details were changed`,
      "person.erased": msg`A person was erased`,
      "agent.state_changed": msg`An agent's state has changed`,
    },
  },
  "WebhookSpec.queues": { label: msg`Queues`, none: msg`All queues` },
  "WebhookSpec.channels": { label: msg`Channels`, help: msg`None chosen means all.` },
  "WebhookSpec.timeout_s": { label: msg`Waits for an answer at most` },
  "WebhookSpec.active": { label: msg`In force` },
};
