import { Button, TextInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { ChevronRight, Plus, Search } from "lucide-react";
import { useState } from "react";
import type { ChannelType } from "@rapport/api-client";
import { Avatar } from "../../shared/Avatar.tsx";
import { ChannelIcon } from "../../shared/ChannelIcon.tsx";
import { errorText } from "../../shared/error-text.ts";
import type { Area } from "./areas.ts";
import { HealthBadge } from "./channels/HealthBadge.tsx";
import { useItems } from "./data.ts";
import { facts, namedKinds, type Names } from "./facts.ts";
import type { Item } from "./types.ts";
import { WebhookBadge } from "./webhooks/WebhookBadge.tsx";
import classes from "./Admin.module.css";

/** Everything of one area: name, what matters, and a field that narrows the list down. */
export function ListPage({ area }: { area: Area }) {
  const { t, i18n } = useLingui();
  const items = useItems(area.kind);
  const name = useNames(area.kind);
  const [query, setQuery] = useState("");
  const rows = (items.data ?? [])
    .map((item) => ({ item, facts: facts(item, name).filter(Boolean) }))
    .filter((row) => matches(row, query))
    .sort((a, b) => a.item.name.localeCompare(b.item.name));
  const none = items.data?.length === 0;
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <div>
          <h2>{i18n._(area.title)}</h2>
          <p>{i18n._(area.lead)}</p>
        </div>
        <Button component={Link} to="/admin/$area/$item" {...({ params: { area: area.id, item: "new" } } as object)} leftSection={<Plus size={16} aria-hidden />}>
          <Trans>New</Trans>
        </Button>
      </header>
      {items.isError && <p role="alert">{errorText(items.error)}</p>}
      {items.data !== undefined && !none && (
        <TextInput
          aria-label={t`Search`}
          placeholder={t`Search`}
          leftSection={<Search size={16} aria-hidden />}
          className={classes.search!}
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
      )}
      {none && (
        <p className={classes.empty}>
          <Trans>There is nothing here yet.</Trans>
        </p>
      )}
      <ul className={classes.list} aria-label={i18n._(area.title)}>
        {rows.map(({ item, facts: about }) => (
          <li key={item.id}>
            <Link to="/admin/$area/$item" params={{ area: area.id, item: String(item.id) }} className={classes.rowLink!} data-off={item.spec["active"] === false}>
              {item.kind === "accounts" && <ChannelIcon channel={item.spec["channel"] as ChannelType} />}
              {item.kind === "users" && <Avatar name={item.name} size={32} />}
              <span className={classes.what}>
                <b>{item.name}</b>
                <span>{about.join(" · ")}</span>
              </span>
              {item.kind === "accounts" && <HealthBadge accountId={item.id} />}
              {item.kind === "webhooks" && <WebhookBadge endpointId={item.id} />}
              <ChevronRight size={16} aria-hidden />
            </Link>
          </li>
        ))}
      </ul>
      {rows.length === 0 && query !== "" && (
        <p className={classes.empty}>
          <Trans>Nothing found</Trans>
        </p>
      )}
    </div>
  );
}

function matches(row: { item: Item; facts: string[] }, query: string): boolean {
  const text = [row.item.name, ...row.facts].join(" ").toLowerCase();
  return query.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** Names of the things that facts of a kind speak of. */
function useNames(kind: string): Names {
  const [first, second, third] = namedKinds[kind] ?? [];
  const held = [useItems(first ?? null), useItems(second ?? null), useItems(third ?? null)];
  return (of, id) => held[(namedKinds[kind] ?? []).indexOf(of)]?.data?.find((item) => item.id === id)?.name;
}
