import { Button, Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { newKey } from "@rapport/api-client";
import { Copy, KeyRound } from "lucide-react";
import { useRef, useState, type KeyboardEvent } from "react";
import { useDesk } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { rightTexts } from "../../shared/rights.ts";
import { shortDate } from "../../shared/time.ts";
import { fieldFault } from "./faults.ts";
import classes from "./Account.module.css";

interface Token {
  id: number;
  name: string;
  prefix: string;
  scopes: string[];
  expires_at: string | null;
  used_at: string | null;
  revoked_at: string | null;
  good: boolean;
}

/** The tokens of one's own programs, or of somebody else's (`userId`). */
export function TokensCard({ userId, mayCreate }: { userId: number | null; mayCreate: boolean }) {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  const base = userId === null ? "/me/tokens" : "/tokens";
  const [failure, setFailure] = useState<unknown>(null);
  const [creating, setCreating] = useState(false);
  const [text, setText] = useState<string | null>(null);
  const list = useQuery({
    queryKey: ["tokens", userId],
    queryFn: () => desk.api.http.get<{ items: Token[]; scopes: string[] }>(base, { user_id: userId ?? undefined }),
    refetchOnMount: "always",
  });
  const revoke = async (token: Token) => {
    setFailure(null);
    try {
      await desk.api.http.call("DELETE", `${base}/${token.id}`);
    } catch (error) {
      setFailure(error);
    }
    await list.refetch();
  };
  const made = async (secret: string) => {
    setText(secret);
    setCreating(false);
    await list.refetch();
  };
  const stateOf = (token: Token) => {
    if (token.revoked_at !== null) return t`revoked`;
    if (!token.good) return t`expired`;
    if (token.expires_at === null) return t`good until it is revoked`;
    const until = shortDate(token.expires_at, i18n.locale);
    return t`good until ${until}`;
  };
  const usedOf = (token: Token) => {
    if (token.used_at === null) return t`never used`;
    const last = shortDate(token.used_at, i18n.locale);
    return t`used ${last}`;
  };
  const tokens = list.data?.items ?? [];
  if (!mayCreate && list.data !== undefined && tokens.length === 0) return null;
  return (
    <section className={classes.card} aria-labelledby="account-tokens">
      <h3 id="account-tokens">
        <Trans>API tokens</Trans>
      </h3>
      <p className={classes.lead}>
        <Trans>With a token a program acts for a person, as far as its rights go.</Trans>
      </p>
      {list.isError && <p role="alert">{errorText(list.error)}</p>}
      {text !== null && <Secret text={text} />}
      {tokens.length > 0 && (
        <ul className={classes.list}>
          {tokens.map((token) => (
            <li key={token.id} data-off={!token.good}>
              <KeyRound size={18} aria-hidden />
              <span className={classes.what}>
                <b>{token.name}</b>
                <span>
                  <code>{token.prefix}…</code> · {token.scopes.join(", ")}
                </span>
                <span>
                  {stateOf(token)} · {usedOf(token)}
                </span>
              </span>
              {token.good && (
                <Button size="xs" variant="default" aria-label={t`Revoke: ${token.name}`} onClick={() => void revoke(token)}>
                  <Trans>Revoke</Trans>
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {failure !== null && (
        <p role="alert" className={classes.problem}>
          {errorText(failure)}
        </p>
      )}
      {creating ? (
        <TokenForm userId={userId} scopes={list.data?.scopes ?? []} onMade={made} onCancel={() => setCreating(false)} />
      ) : (
        mayCreate && (
          <Button variant="default" className={classes.start!} onClick={() => setCreating(true)}>
            <Trans>Create a token</Trans>
          </Button>
        )
      )}
    </section>
  );
}

function Secret({ text }: { text: string }) {
  const { t } = useLingui();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // Without the right to the clipboard the text can be selected and copied by hand.
    }
  };
  return (
    <div className={classes.secret}>
      <TextInput
        label={t`The new token`}
        description={t`Copy it now: it is shown only this once.`}
        value={text}
        readOnly
        autoFocus
        onFocus={(event) => event.currentTarget.select()}
      />
      <Button variant="default" leftSection={<Copy size={15} aria-hidden />} onClick={() => void copy()}>
        {copied ? t`Copied` : t`Copy`}
      </Button>
    </div>
  );
}

interface FormProps {
  userId: number | null;
  scopes: readonly string[];
  onMade: (text: string) => Promise<void>;
  onCancel: () => void;
}

function TokenForm({ userId, scopes, onMade, onCancel }: FormProps) {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  // One key for one form: pressing twice makes one token.
  const key = useRef(newKey());
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [reading, setReading] = useState(false);
  const [days, setDays] = useState("90");
  const [failure, setFailure] = useState<unknown>(null);
  const [waiting, setWaiting] = useState(false);
  const offered = Object.keys(rightTexts).filter((right) => right !== "tokens" && (scopes.includes(right) || scopes.includes(`${right}:read`)));

  const submit = async () => {
    setWaiting(true);
    setFailure(null);
    const wanted = chosen.map((right) => (reading || !scopes.includes(right) ? `${right}:read` : right));
    const body = { name, scopes: wanted, days: days === "" ? null : Number(days) };
    try {
      const path = userId === null ? "/me/tokens" : "/tokens";
      const answer = await desk.api.http.post<{ text: string }>(path, userId === null ? body : { ...body, user_id: userId }, { key: key.current });
      await onMade(answer.text);
    } catch (error) {
      key.current = newKey();
      setFailure(error);
      setWaiting(false);
    }
  };

  const complete = name.trim() !== "" && chosen.length > 0;
  const enter = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    if (complete && !waiting) void submit();
  };
  return (
    // No form of its own: on a person's page it stands inside the person's form.
    <div role="group" className={classes.wide} aria-label={t`New token`} onKeyDown={enter}>
      <TextInput label={t`What it is for`} maxLength={100} autoFocus value={name} error={fieldFault(failure, "name")} onChange={(event) => setName(event.currentTarget.value)} />
      <Checkbox.Group label={t`What it may do`} value={[...chosen]} onChange={setChosen} error={fieldFault(failure, "scopes")}>
        <div className={classes.scopes}>
          {offered.map((right) => (
            <Checkbox key={right} value={right} label={i18n._(rightTexts[right]!)} />
          ))}
        </div>
      </Checkbox.Group>
      <Checkbox label={t`Only look, change nothing`} checked={reading} onChange={(event) => setReading(event.currentTarget.checked)} />
      <NativeSelect
        label={t`Good for`}
        value={days}
        onChange={(event) => setDays(event.currentTarget.value)}
        data={[
          { value: "7", label: t`A week` },
          { value: "30", label: t`30 days` },
          { value: "90", label: t`90 days` },
          { value: "365", label: t`A year` },
          { value: "", label: t`Until it is revoked` },
        ]}
      />
      {failure !== null && fieldFault(failure, "name") === undefined && fieldFault(failure, "scopes") === undefined && (
        <p role="alert" className={classes.problem}>
          {errorText(failure)}
        </p>
      )}
      <div className={classes.buttons}>
        <Button loading={waiting} disabled={!complete} onClick={() => void submit()}>
          <Trans>Create</Trans>
        </Button>
        <Button variant="default" onClick={onCancel}>
          <Trans>Cancel</Trans>
        </Button>
      </div>
    </div>
  );
}
