import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useDesk, useUser } from "../../../shared/desk.ts";
import { mayLook } from "../../../shared/rights.ts";
import { kinds } from "../audit/kinds.ts";
import { useWhen } from "../when.ts";
import classes from "./Changes.module.css";

const KINDS = ["invitation_made", "invitation_mailed", "invitation_used", "invitation_withdrawn"];
const MOST = 200;

export interface InvitationEntry {
  id: number;
  at: string;
  kind: string;
  actor: { id: number; name: string } | null;
  subject: { id: number; name: string } | null;
}

/** What happened with invitations since a time, by the audit log; nothing for who may not read that. */
export function useInvitationEntries(wanted: boolean, person: string, since: string | undefined): InvitationEntry[] {
  const desk = useDesk();
  const user = useUser();
  const query = new URLSearchParams(KINDS.map((kind) => ["kind", kind]));
  query.set("limit", String(MOST));
  if (since !== undefined) query.set("since", since);
  if (person !== "") query.set("person_id", person);
  const found = useQuery({
    enabled: wanted && mayLook(user, "audit"),
    queryKey: ["admin", "audit", "invitations", person, since],
    queryFn: () => desk.api.http.get<{ items: InvitationEntry[] }>(`/audit?${query}`).then(({ items }) => items),
    refetchOnMount: "always",
  });
  if (!wanted) return [];
  return (found.data ?? []).filter(({ actor }) => person === "" || actor?.id === Number(person));
}

/** One of them in the list of changes; it can't be undone. */
export function InvitationRow({ entry }: { entry: InvitationEntry }) {
  const { t, i18n } = useLingui();
  const when = useWhen();
  const { actor, subject, kind } = entry;
  const title = kinds[kind];
  return (
    <li className={classes.change}>
      <header>
        <b>{actor?.name ?? t`A command on the server`}</b>
        <time dateTime={entry.at}>{when(entry.at)}</time>
      </header>
      <div className={classes.thing} data-action={kind === "invitation_withdrawn" ? "deleted" : kind === "invitation_used" ? undefined : "created"}>
        <p>
          <span className={classes.verb}>{title === undefined ? kind : i18n._(title)}</span>{" "}
          {subject !== null && (
            <Link to="/admin/$area/$item" params={{ area: "users", item: String(subject.id) }}>
              {subject.name}
            </Link>
          )}
        </p>
        {kind === "invitation_used" && (
          <p className={classes.quiet}>
            <Trans>The person has given themselves a password.</Trans>
          </p>
        )}
      </div>
    </li>
  );
}
