import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Monitor, Smartphone } from "lucide-react";
import { useState } from "react";
import { useDesk } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { dayAndTime } from "../../shared/time.ts";
import classes from "./Account.module.css";

interface SignedIn {
  id: number;
  browser: string | null;
  system: string | null;
  address: string;
  created_at: string;
  seen_at: string;
  current: boolean;
}

/** Where a person is signed in, and ending it from here. `base` is the address of the list. */
export function SessionsCard({ base, own }: { base: string; own: boolean }) {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  const [failure, setFailure] = useState<unknown>(null);
  const list = useQuery({
    queryKey: ["sessions", base],
    queryFn: () => desk.api.http.get<{ items: SignedIn[] }>(base).then(({ items }) => items),
    refetchOnMount: "always",
  });
  const end = async (work: () => Promise<unknown>) => {
    setFailure(null);
    try {
      await work();
    } catch (error) {
      setFailure(error);
    }
    await list.refetch();
  };
  const others = list.data?.filter(({ current }) => !current).length ?? 0;
  return (
    <section className={classes.card} aria-labelledby="account-sessions">
      <h3 id="account-sessions">{own ? t`Where you are signed in` : t`Where this person is signed in`}</h3>
      {list.isError && <p role="alert">{errorText(list.error)}</p>}
      {list.data?.length === 0 && (
        <p className={classes.lead}>
          <Trans>Nowhere.</Trans>
        </p>
      )}
      <ul className={classes.list}>
        {list.data?.map((session) => {
          const name = deviceName(session, t`Unknown device`);
          const seen = dayAndTime(session.seen_at, i18n.locale);
          const since = dayAndTime(session.created_at, i18n.locale);
          return (
            <li key={session.id}>
              {session.system === "Android" || session.system === "iPhone" ? <Smartphone size={18} aria-hidden /> : <Monitor size={18} aria-hidden />}
              <span className={classes.what}>
                <b>{name}</b>
                <span>
                  {session.address !== "" && `${session.address} · `}
                  {t`Last seen ${seen}, signed in ${since}`}
                </span>
              </span>
              {session.current ? (
                <span className={classes.here}>
                  <Trans>This one</Trans>
                </span>
              ) : (
                <Button size="xs" variant="default" aria-label={t`End: ${name}`} onClick={() => void end(() => desk.api.http.call("DELETE", `${base}/${session.id}`))}>
                  <Trans>End</Trans>
                </Button>
              )}
            </li>
          );
        })}
      </ul>
      {failure !== null && (
        <p role="alert" className={classes.problem}>
          {errorText(failure)}
        </p>
      )}
      {others > (own ? 0 : 1) && (
        <Button variant="default" className={classes.start!} onClick={() => void end(() => desk.api.http.post(`${base}/${own ? "end-others" : "end-all"}`))}>
          {own ? t`Sign out everywhere else` : t`End all sessions`}
        </Button>
      )}
    </section>
  );
}

function deviceName({ browser, system }: SignedIn, unknown: string): string {
  const known = [browser, system].filter((part) => part !== null);
  return known.length === 0 ? unknown : known.join(" · ");
}
