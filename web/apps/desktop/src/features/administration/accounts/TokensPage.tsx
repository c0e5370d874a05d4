import { Button, NativeSelect } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { Dialog } from "../../../shared/Dialog.tsx";
import { useDesk, useUser } from "../../../shared/desk.ts";
import { mayLook, rightTexts } from "../../../shared/rights.ts";
import { refusalText } from "../forms/errors.ts";
import { useWhen } from "../when.ts";
import admin from "../Admin.module.css";
import classes from "./Accounts.module.css";

interface Token {
  id: number;
  user: { id: number; name: string };
  name: string;
  prefix: string;
  scopes: string[];
  created_at: string;
  created_by: string | null;
  expires_at: string | null;
  used_at: string | null;
  revoked_at: string | null;
  good: boolean;
}

/** Everybody's API tokens: whose they are, what they may do, when they were used; each can be revoked. */
export function TokensPage() {
  const { t } = useLingui();
  const desk = useDesk();
  const user = useUser();
  const [owner, setOwner] = useState("");
  const [shown, setShown] = useState("good");
  const [chosen, setChosen] = useState<Token | null>(null);
  const list = useQuery({
    queryKey: ["admin", "tokens"],
    queryFn: () => desk.api.http.get<{ items: Token[] }>("/tokens").then(({ items }) => items),
    refetchOnMount: "always",
  });
  const tokens = list.data ?? [];
  const owners = [...new Map(tokens.map((token) => [token.user.id, token.user.name]))].sort((a, b) => a[1].localeCompare(b[1]));
  const rows = tokens.filter((token) => (owner === "" || token.user.id === Number(owner)) && (shown === "" || token.good));
  const revokes = user?.rights.includes("accounts") === true;
  return (
    <div className={admin.page}>
      <header className={admin.head}>
        <div>
          <h2>
            <Trans>API tokens</Trans>
          </h2>
          <p>
            <Trans>With a token a program acts for a person, as far as its rights go. Revoked ones are shown for a month.</Trans>
          </p>
        </div>
      </header>
      <div className={classes.filters}>
        <NativeSelect label={t`Owner`} value={owner} onChange={(event) => setOwner(event.currentTarget.value)} data={[{ value: "", label: t`Everybody` }, ...owners.map(([id, label]) => ({ value: String(id), label }))]} />
        <NativeSelect
          label={t`Which`}
          value={shown}
          onChange={(event) => setShown(event.currentTarget.value)}
          data={[
            { value: "good", label: t`Those that work` },
            { value: "", label: t`Also expired and revoked` },
          ]}
        />
      </div>
      {list.isError && <p role="alert">{refusalText(list.error)}</p>}
      <p role="status" className={list.isSuccess && rows.length === 0 ? admin.empty : "visually-hidden"}>
        {list.isSuccess && (rows.length === 0 ? t`There are no such tokens.` : t`Tokens: ${rows.length}`)}
      </p>
      <ul className={admin.list} aria-label={t`API tokens`}>
        {rows.map((token) => (
          <TokenRow key={token.id} token={token} onRevoke={revokes ? () => setChosen(token) : null} />
        ))}
      </ul>
      {chosen !== null && (
        <RevokeDialog
          token={chosen}
          onClose={(done) => {
            setChosen(null);
            if (done) void list.refetch();
          }}
        />
      )}
    </div>
  );
}

function TokenRow({ token, onRevoke }: { token: Token; onRevoke: (() => void) | null }) {
  const { t, i18n } = useLingui();
  const when = useWhen();
  const user = useUser();
  const scopes = token.scopes.map((scope) => {
    const words = rightTexts[scope.replace(/:read$/, "")];
    const right = words === undefined ? scope : i18n._(words);
    return scope.endsWith(":read") ? t`${right} (look only)` : right;
  });
  const created = when(token.created_at);
  const by = token.created_by ?? t`a command on the server`;
  const used = when(token.used_at);
  const until = when(token.expires_at);
  const revoked = when(token.revoked_at);
  const state = token.revoked_at !== null ? t`revoked ${revoked}` : !token.good ? t`expired ${until}` : token.expires_at === null ? t`good until it is revoked` : t`good until ${until}`;
  return (
    <li className={classes.row} data-off={!token.good}>
      <KeyRound size={18} aria-hidden />
      <span className={classes.what}>
        <b>{token.name}</b>
        <span>
          {mayLook(user, "configuration") ? (
            <Link to="/admin/$area/$item" params={{ area: "users", item: String(token.user.id) }}>
              {token.user.name}
            </Link>
          ) : (
            token.user.name
          )}{" "}
          · <code>{token.prefix}…</code>
        </span>
        <span>{scopes.join(", ")}</span>
        <span>{[t`created ${created} by ${by}`, token.used_at === null ? t`never used` : t`last used ${used}`, state].join(" · ")}</span>
      </span>
      {token.good && onRevoke !== null && (
        <Button size="xs" variant="default" aria-label={t`Revoke: ${token.name}`} onClick={onRevoke}>
          <Trans>Revoke</Trans>
        </Button>
      )}
    </li>
  );
}

function RevokeDialog({ token, onClose }: { token: Token; onClose: (done: boolean) => void }) {
  const { t } = useLingui();
  const desk = useDesk();
  const [failure, setFailure] = useState<unknown>(null);
  const [waiting, setWaiting] = useState(false);
  const { name, user } = token;
  const owner = user.name;
  const revoke = async () => {
    setWaiting(true);
    try {
      await desk.api.http.call("DELETE", `/tokens/${token.id}`);
      onClose(true);
    } catch (error) {
      setFailure(error);
      setWaiting(false);
    }
  };
  return (
    <Dialog
      title={t`Revoke “${name}”?`}
      onClose={() => onClose(false)}
      footer={
        <>
          <Button variant="default" onClick={() => onClose(false)} data-autofocus>
            <Trans>Keep</Trans>
          </Button>
          <Button color="red" loading={waiting} onClick={() => void revoke()}>
            <Trans>Revoke</Trans>
          </Button>
        </>
      }
    >
      <p className={admin.dialogText}>
        <Trans>The program that acts for {owner} with it is refused from its next request on. A token can't be brought back.</Trans>
      </p>
      {failure !== null && (
        <p role="alert" className={admin.problem}>
          {refusalText(failure)}
        </p>
      )}
    </Dialog>
  );
}
