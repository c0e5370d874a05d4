import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useDesk } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import type { Area } from "./areas.ts";
import { ConnectPage } from "./channels/ConnectPage.tsx";
import { fetchItem, useItems } from "./data.ts";
import { fieldsOf } from "./forms/schema.ts";
import { ItemForm } from "./ItemForm.tsx";
import type { Item, KindForm } from "./types.ts";
import classes from "./Admin.module.css";

interface Props {
  area: Area;
  form: KindForm;
  /** An id, or `new`; absent for a kind of which there is one. */
  itemId: string | undefined;
}

/** One thing, to look at and to change. */
export function ItemPage({ area, form, itemId }: Props) {
  const desk = useDesk();
  const fields = useMemo(() => fieldsOf(form.json_schema), [form]);
  const fresh = itemId === "new";
  const single = useItems(area.only === undefined ? null : area.kind);
  const id = area.only === undefined ? Number(itemId) : (single.data?.[0]?.id ?? null);
  const item = useQuery({
    queryKey: ["admin", "item", area.kind, id],
    queryFn: () => fetchItem(desk, area.kind, id ?? 0),
    enabled: !fresh && id !== null,
    // What somebody is editing changes by their own hand only; saving tells whether it was outdated.
    staleTime: 0,
    gcTime: 0,
    refetchOnReconnect: false,
  });
  const missing = area.only !== undefined && single.data?.length === 0;
  if (item.isError) {
    return (
      <div className={classes.page}>
        <p className={classes.empty} role="alert">
          {errorText(item.error)}
        </p>
      </div>
    );
  }
  const base: Item | null | undefined = fresh || missing ? null : item.data;
  if (base === undefined) return <div className={classes.page} aria-busy />;
  if (base === null && area.kind === "accounts") return <ConnectPage fields={fields} />;
  return <ItemForm key={base === null ? "new" : base.id} area={area} fields={fields} loaded={base} />;
}
