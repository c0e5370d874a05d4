import { Plural, Trans, useLingui } from "@lingui/react/macro";
import type { ContactDetails, Task } from "@rapport/api-client";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Avatar } from "../../shared/Avatar.tsx";
import { ChannelIcon } from "../../shared/ChannelIcon.tsx";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { channelName, customerName } from "../../shared/people.ts";
import { useStore } from "../../shared/store.ts";
import { shortDate } from "../../shared/time.ts";
import classes from "./CustomerPanel.module.css";

/** Who the customer is, what they told, and what was before. */
export function CustomerPanel({ task }: { task: Task }) {
  const { t } = useLingui();
  const desk = useDesk();
  const contact = useDeskState((state) => state.contacts.get(task.contact_id));
  const online = useStore(desk.ephemera.presence, (map) => map.get(task.conversation_id));
  const details = useQuery({
    queryKey: ["contact", task.contact_id],
    queryFn: () => desk.api.contact(task.contact_id),
    staleTime: 60_000,
  });
  const name = customerName(contact);
  const variables = Object.entries(task.variables).filter(([, value]) => value !== "");
  return (
    <aside className={classes.panel} aria-label={t`Customer`}>
      <div className={classes.head}>
        <Avatar name={name} size={48} />
        <div>
          <h2>{name}</h2>
          {online !== undefined && (
            <span className={classes.online} data-online={online}>
              {online ? t`On the website now` : t`Not on the website`}
            </span>
          )}
        </div>
      </div>
      <Section title={t`Contact`}>
        <Reach details={details.data} email={contact?.email ?? null} phone={contact?.phone ?? null} />
      </Section>
      {variables.length > 0 && (
        <Section title={t`Details`}>
          <dl>
            {variables.map(([key, value]) => (
              <div key={key}>
                <dt>{key.replaceAll("_", " ")}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </Section>
      )}
      <Section title={t`Earlier conversations`}>
        <Earlier details={details.data} current={task.conversation_id} failed={details.isError} />
      </Section>
    </aside>
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
  const identities = (details?.identities ?? []).filter(({ address }) => address !== email && address !== phone);
  if (known.length + identities.length === 0) {
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
      {identities.map(({ channel, address }) => (
        <div key={`${channel}-${address}`}>
          <dt>{channelName(channel)}</dt>
          <dd>{channel === "webchat" ? t`Visitor ${address.slice(0, 8)}` : address}</dd>
        </div>
      ))}
    </dl>
  );
}

function Earlier({ details, current, failed }: { details: ContactDetails | undefined; current: number; failed: boolean }) {
  const { i18n } = useLingui();
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
        <li key={conversation.id}>
          <ChannelIcon channel={conversation.channel} size={15} />
          <div>
            <span className={classes.when}>
              {shortDate(conversation.last_message_at ?? conversation.started_at, i18n.locale)}
              {" · "}
              <Plural value={conversation.tasks} one="# contact" other="# contacts" />
            </span>
            <p>{conversation.last_text ?? ""}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}
