import { ActionIcon, Button } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import type { Contact, ContactDetails, Task } from "@rapport/api-client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Pencil } from "lucide-react";
import { useDeferredValue, type ReactNode } from "react";
import { Avatar } from "../../shared/Avatar.tsx";
import { ChannelIcon } from "../../shared/ChannelIcon.tsx";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { channelName, customerName } from "../../shared/people.ts";
import { useStore } from "../../shared/store.ts";
import { shortDate } from "../../shared/time.ts";
import { Tip } from "../../shared/Tip.tsx";
import { ScreenPopLink } from "../screen-pop/ScreenPopLink.tsx";
import { Notes } from "./Notes.tsx";
import { Variables } from "./Variables.tsx";
import classes from "./CustomerPanel.module.css";

/** Who the customer is, what they told, and what was before. */
export function CustomerPanel({ task }: { task: Task }) {
  const { t } = useLingui();
  const desk = useDesk();
  const contact = useDeskState((state) => state.contacts.get(task.contact_id));
  const online = usePresence(task);
  const name = customerName(contact);
  // Who it is shows with the conversation; what else is known a frame later, so that the messages need not wait.
  const complete = useDeferredValue(true, false);
  return (
    <aside className={classes.panel} aria-label={t`Customer`}>
      <div className={classes.head}>
        <Avatar name={name} size={48} />
        <div>
          <h2>{name}</h2>
          {task.channel === "webchat" && (
            <span className={classes.online} data-online={online ?? "unknown"}>
              {online === null ? "\u00a0" : online ? t`On the website now` : t`Not on the website`}
            </span>
          )}
        </div>
        <Tip label={t`Edit the customer`}>
          <ActionIcon className={classes.edit!} variant="subtle" color="gray" size={34} aria-label={t`Edit the customer`} onClick={() => desk.ui.open({ name: "contact", contactId: task.contact_id })}>
            <Pencil size={16} />
          </ActionIcon>
        </Tip>
      </div>
      {complete && <Known task={task} contact={contact} name={name} />}
    </aside>
  );
}

/** Asked once, and then told by the stream; null until known, and where there is no page. */
function usePresence(task: Task): boolean | null {
  const desk = useDesk();
  const told = useStore(desk.ephemera.presence, (map) => map.get(task.conversation_id));
  const asked = useQuery({
    queryKey: ["presence", task.conversation_id],
    queryFn: () => desk.api.presence(task.conversation_id),
    enabled: told === undefined && task.channel === "webchat",
    staleTime: 0,
  });
  return told ?? asked.data?.online ?? null;
}

function Known({ task, contact, name }: { task: Task; contact: Contact | undefined; name: string }) {
  const { t } = useLingui();
  const desk = useDesk();
  const details = useQuery({
    queryKey: ["contact", task.contact_id],
    queryFn: () => desk.api.contact(task.contact_id),
    staleTime: 60_000,
  });
  return (
    <>
      <ScreenPopLink task={task} />
      <Section title={t`Contact`}>
        <Reach details={details.data} email={contact?.email ?? null} phone={contact?.phone ?? null} />
      </Section>
      <Variables task={task} />
      {details.data !== undefined && (
        <Section title={t`Notes`}>
          <Notes details={details.data} />
        </Section>
      )}
      {details.data !== undefined && details.data.merged.length > 0 && (
        <Section title={t`Merged`}>
          <Merged details={details.data} />
        </Section>
      )}
      <Section title={t`Earlier conversations`}>
        <Earlier details={details.data} current={task.conversation_id} failed={details.isError} name={name} />
      </Section>
    </>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.section}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Reach({ details, email, phone }: { details: ContactDetails | undefined; email: string | null; phone: string | null }) {
  const { t } = useLingui();
  const known = [
    { label: t`Email`, value: email },
    { label: t`Phone`, value: phone },
  ].filter((entry) => entry.value !== null);
  const own = Object.entries(details?.attributes ?? {});
  const identities = (details?.identities ?? []).filter(({ address }) => address !== email && address !== phone);
  if (known.length + identities.length + own.length === 0) {
    return (
      <p className={classes.none}>
        <Trans>Nothing known yet.</Trans>
      </p>
    );
  }
  return (
    <dl>
      {known.map(({ label, value }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      {own.map(([label, value]) => (
        <div key={`own-${label}`}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      {identities.map(({ channel, address }) => (
        <div key={`${channel}-${address}`}>
          <dt>{channelName(channel)}</dt>
          <dd>{channel === "webchat" ? t`Visitor ${address.slice(0, 8)}` : address}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What was merged into this customer, each with the way back. */
function Merged({ details }: { details: ContactDetails }) {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  const client = useQueryClient();
  const undo = async (mergeId: number) => {
    try {
      await desk.api.unmergeContact(details.contact.id, mergeId);
      await client.invalidateQueries({ queryKey: ["contact"] });
    } catch (error) {
      desk.toasts.error(error);
    }
  };
  return (
    <ul>
      {details.merged.map((merge) => (
        <li key={merge.id} className={classes.merged}>
          <span>
            {merge.name ?? merge.email ?? merge.phone ?? t`Visitor`} · {shortDate(merge.at, i18n.locale)}
          </span>
          <Button size="compact-xs" variant="default" onClick={() => void undo(merge.id)}>
            <Trans>Take back</Trans>
          </Button>
        </li>
      ))}
    </ul>
  );
}

function Earlier({ details, current, failed, name }: { details: ContactDetails | undefined; current: number; failed: boolean; name: string }) {
  const { i18n } = useLingui();
  const desk = useDesk();
  if (failed) {
    return (
      <p className={classes.none}>
        <Trans>The history could not be loaded.</Trans>
      </p>
    );
  }
  if (details === undefined) return null;
  const earlier = details.conversations.filter(({ id, tasks }) => id !== current || tasks > 1);
  if (earlier.length === 0) {
    return (
      <p className={classes.none}>
        <Trans>This is the first one.</Trans>
      </p>
    );
  }
  return (
    <ul>
      {earlier.map((conversation) => (
        <li key={conversation.id} className={classes.plain}>
          <button type="button" className={classes.earlier} onClick={() => desk.ui.open({ name: "reading", reading: { conversationId: conversation.id, title: name } })}>
          <ChannelIcon channel={conversation.channel} size={15} />
          <div>
            <span className={classes.when}>
              {shortDate(conversation.last_message_at ?? conversation.started_at, i18n.locale)}
              {" · "}
              <Plural value={conversation.tasks} one="# contact" other="# contacts" />
            </span>
            <p>{conversation.last_text ?? ""}</p>
          </div>
          </button>
        </li>
      ))}
    </ul>
  );
}
