import { useLingui } from "@lingui/react/macro";
import { newKey, type ChannelType } from "@rapport/api-client";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useRef, useState } from "react";
import { useDesk } from "../../../shared/desk.ts";
import { createItem, fetchItem, refresh, replaceItem, useItems } from "../data.ts";
import { fieldErrors } from "../forms/errors.ts";
import type { Form } from "../forms/form.ts";
import { withValue } from "../forms/values.ts";
import type { ChannelForm, Item, Spec } from "../types.ts";
import { OWN_SECRETS, randomText } from "./guides.ts";

/** What a website's chat begins with. */
const website: Spec = {
  site_key: "",
  allowed_origins: [],
  greeting: "",
  fields: [],
  theme: { color: "#1864ab", position: "right", dark: "auto" },
};

/** The state of connecting: account, then the queue's channel, then the entry point; each is made once. */
export function useConnection(channel: ChannelType, manifest: ChannelForm | undefined) {
  const { t } = useLingui();
  const desk = useDesk();
  const client = useQueryClient();
  const entries = useItems("entry_points");
  const [name, setName] = useState("");
  const [spec, setSpec] = useState<Spec>(() => ({
    channel,
    address: "",
    settings: {},
    ...(channel === "webchat"
      ? {
          webchat: {
            ...website,
            greeting: t`Hello! How can we help?`,
            fields: [
              { name: "name", label: t`Your name`, kind: "text", required: true, options: null },
              { name: "email", label: t`E-mail address`, kind: "email", required: false, options: null },
            ],
          },
        }
      : {}),
  }));
  const [secrets, setSecrets] = useState<Record<string, string | null>>(() =>
    Object.fromEntries((manifest?.secrets ?? []).filter((secret) => OWN_SECRETS.includes(secret.name)).map((secret) => [secret.name, randomText()])),
  );
  const [queue, setQueue] = useState<number | null>(null);
  const [queueError, setQueueError] = useState<string | null>(null);
  const [greeting, setGreeting] = useState("");
  const [errors, setErrors] = useState<ReadonlyMap<string, string>>(new Map());
  const [failure, setFailure] = useState<unknown>(null);
  const [saving, setSaving] = useState(false);
  const [touched, setTouched] = useState(false);
  const [done, setDone] = useState<Item | null>(null);
  const made = useRef<Item | null>(null);
  const keyEdited = useRef(false);

  const change = useCallback<Form["change"]>((path, value) => {
    setTouched(true);
    if (path.join(".") === "webchat.site_key") keyEdited.current = true;
    setSpec((held) => withValue(held, path, value) as Spec);
    const at = `spec.${path.join(".")}`;
    setErrors((held) => new Map([...held].filter(([each]) => each !== at && !each.startsWith(`${at}.`))));
  }, []);

  const show = (error: unknown) => setErrors(fieldErrors(error, spec));

  const connect = async () => {
    setFailure(null);
    setErrors(new Map());
    if (queue === null) {
      setQueueError(t`Choose a queue, so that somebody gets these contacts.`);
      return;
    }
    setQueueError(null);
    setSaving(true);
    try {
      // What was made before something was refused is not made twice.
      const draft = { name: name.trim(), spec: lines(spec), ...(Object.keys(secrets).length > 0 ? { secrets } : {}) };
      made.current = made.current === null ? await createItem(desk, "accounts", draft, newKey()) : await replaceItem(desk, "accounts", made.current.id, draft, made.current.version);
      const serving = await fetchItem(desk, "queues", queue);
      const serves = Array.isArray(serving.spec["channels"]) ? serving.spec["channels"] : [];
      if (!serves.includes(channel)) {
        await replaceItem(desk, "queues", queue, { name: serving.name, spec: { ...serving.spec, channels: [...serves, channel] } }, serving.version);
      }
      const entry = { name: free(made.current.name, entries.data ?? []), spec: { account: made.current.id, queue, greeting: greeting.trim() === "" ? null : greeting.trim() } };
      await createItem(desk, "entry_points", entry, newKey());
      await refresh(client);
      setDone(made.current);
    } catch (error) {
      setFailure(error);
      show(error);
      await refresh(client);
    } finally {
      setSaving(false);
    }
  };

  return {
    form: useMemo<Form>(() => ({ kind: "accounts", spec, errors, change }), [spec, errors, change]),
    name,
    rename: (next: string) => {
      setTouched(true);
      setName(next);
      setErrors((held) => new Map([...held].filter(([path]) => path !== "name")));
      // The site key follows the name until it is changed by hand.
      if (channel === "webchat" && !keyEdited.current) setSpec((held) => withValue(held, ["webchat", "site_key"], slug(next)) as Spec);
    },
    secrets,
    setSecret: (secret: string, value: string | undefined) => {
      setTouched(true);
      setSecrets(({ [secret]: _, ...rest }) => (value === undefined ? rest : { ...rest, [secret]: value }));
    },
    queue,
    setQueue: (next: number | null) => {
      setQueue(next);
      setQueueError(null);
    },
    queueError,
    greeting,
    setGreeting,
    failure,
    saving,
    touched,
    done,
    show,
    connect,
  };
}

function slug(name: string): string {
  const plain = name.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  return plain.slice(0, 40);
}

/** A name that no entry point has yet. */
function free(name: string, entries: readonly Item[]): string {
  const taken = new Set(entries.map((entry) => entry.name.toLowerCase()));
  let candidate = name;
  for (let count = 2; taken.has(candidate.toLowerCase()); count++) candidate = `${name} ${count}`;
  return candidate;
}

/** Origins without empty lines. */
function lines(spec: Spec): Spec {
  const webchat = spec["webchat"] as Spec | undefined;
  if (webchat === undefined) return spec;
  const origins = (webchat["allowed_origins"] as string[]).map((line) => line.trim()).filter(Boolean);
  return { ...spec, webchat: { ...webchat, allowed_origins: origins } };
}
