import { TextInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronRight, Search } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { Avatar } from "../../../shared/Avatar.tsx";
import { useDesk } from "../../../shared/desk.ts";
import { refusalText } from "../forms/errors.ts";
import { useWhen } from "../when.ts";
import { CustomerPage } from "./CustomerPage.tsx";
import type { Found } from "./types.ts";
import classes from "../Admin.module.css";

const SHORTEST = 2;
const MOST = 50;

/** Customers' data: somebody is looked for here, and then exported or erased on a page of their own. */
export function CustomersPage({ itemId }: { itemId: string | undefined }) {
  return itemId === undefined ? <Finding /> : <CustomerPage id={itemId} />;
}

function Finding() {
  const { t } = useLingui();
  const desk = useDesk();
  const [text, setText] = useState("");
  const search = useDeferredValue(text.trim());
  const found = useQuery({
    queryKey: ["admin", "customers", search],
    queryFn: () => desk.api.http.get<{ items: Found[] }>("/people", { search }).then(({ items }) => items),
    enabled: search.length >= SHORTEST,
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  const shown = search.length < SHORTEST ? [] : (found.data ?? []);
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <div>
          <h2>
            <Trans>Customers’ data</Trans>
          </h2>
          <p>
            <Trans>What is kept of a customer: to look up, to hand over as a file, to erase for good.</Trans>
          </p>
        </div>
      </header>
      <TextInput
        label={t`Name, e-mail address or number`}
        leftSection={<Search size={16} aria-hidden />}
        className={`${classes.search} ${classes.labelled}`}
        maxLength={200}
        autoFocus
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {found.isError && <p role="alert">{refusalText(found.error)}</p>}
      <p role="status" className={search.length >= SHORTEST && found.isSuccess && shown.length === 0 ? classes.empty : "visually-hidden"}>
        {search.length >= SHORTEST && found.isSuccess && (shown.length === 0 ? t`Nobody found.` : t`Customers found: ${shown.length}`)}
      </p>
      <ul className={classes.list} aria-label={t`Customers`}>
        {shown.map((each) => (
          <FoundRow key={each.id} found={each} />
        ))}
      </ul>
      {shown.length === MOST && (
        <p className={classes.hint}>
          <Trans>These are the newest {MOST}. Write more of the name or the address to find others.</Trans>
        </p>
      )}
    </div>
  );
}

function FoundRow({ found }: { found: Found }) {
  const { t } = useLingui();
  const when = useWhen();
  const name = found.name ?? t`Without a name`;
  const since = when(found.created_at);
  const ways = [found.email, found.phone].filter(Boolean);
  return (
    <li>
      <Link to="/admin/$area/$item" params={{ area: "customer-data", item: String(found.id) }} className={classes.rowLink!}>
        <Avatar name={name} size={32} />
        <span className={classes.what}>
          <b>{name}</b>
          <span>
            {[...(ways.length > 0 ? ways : found.identities.slice(0, 1)), t`known since ${since}`, t`conversations: ${found.conversations}`].join(" · ")}
          </span>
        </span>
        <ChevronRight size={16} aria-hidden />
      </Link>
    </li>
  );
}
