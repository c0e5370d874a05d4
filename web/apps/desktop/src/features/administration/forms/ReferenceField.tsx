import { MultiSelect, Select } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { ArrowUpRight } from "lucide-react";
import { areaOfKind } from "../areas.ts";
import { useItems } from "../data.ts";
import { useFieldText } from "../texts/texts.ts";
import { useValue } from "./form.ts";
import type { Field } from "./schema.ts";
import type { Path } from "./values.ts";
import classes from "./Form.module.css";

/** Few enough to draw at once; typing narrows them down. */
const SHOWN = 60;

/** Chooses another configured thing by its name. */
export function ReferenceField({ field, path }: { field: Field & { type: "reference" }; path: Path }) {
  const { t } = useLingui();
  const text = useFieldText(field);
  const { value, error, change } = useValue(path, false, field.initial);
  const options = useOptions(field.kind, typeof value === "number" ? [value] : []);
  return (
    <div className={classes.reference}>
      <Select
        label={text.label}
        description={text.help}
        error={error}
        placeholder={text.none ?? t`Choose…`}
        className={classes.field!}
        searchable
        limit={SHOWN}
        clearable={field.nullable}
        clearButtonProps={{ "aria-label": t`Clear` }}
        allowDeselect={false}
        nothingFoundMessage={t`Nothing found`}
        data={options}
        value={typeof value === "number" ? String(value) : null}
        onChange={(next) => change(next === null ? null : Number(next))}
      />
      {typeof value === "number" && (
        <Link to="/admin/$area/$item" params={{ area: areaOfKind(field.kind), item: String(value) }} className={classes.open!} aria-label={t`Open ${text.label}`} title={t`Open`}>
          <ArrowUpRight size={16} aria-hidden />
        </Link>
      )}
    </div>
  );
}

/** Chooses several, in the order in which they are chosen. */
export function ReferencesField({ field, path }: { field: Field & { type: "references" }; path: Path }) {
  const { t } = useLingui();
  const text = useFieldText(field);
  const { value, error, change } = useValue(path, true, field.initial);
  const chosen = Array.isArray(value) ? value.map(Number) : [];
  const options = useOptions(field.kind, chosen);
  return (
    <MultiSelect
      label={text.label}
      description={text.help}
      error={error}
      placeholder={chosen.length > 0 ? "" : (text.none ?? t`Choose…`)}
      className={classes.field!}
      searchable
      hidePickedOptions
      limit={SHOWN}
      nothingFoundMessage={t`Nothing found`}
      data={options}
      value={chosen.map(String)}
      onChange={(next) => change(next.length === 0 && field.nullable ? null : next.map(Number))}
    />
  );
}

function useOptions(kind: string, chosen: readonly number[]): { value: string; label: string }[] {
  const { t } = useLingui();
  const { data } = useItems(kind);
  const options = (data ?? [])
    .map((item) => ({ value: String(item.id), label: item.name }))
    .sort((a, b) => a.label.localeCompare(b.label));
  const known = new Set(options.map(({ value }) => value));
  // What is gone is named as such, so that it can be taken out.
  for (const id of chosen) {
    if (!known.has(String(id))) options.push({ value: String(id), label: data === undefined ? "…" : t`No longer there (${id})` });
  }
  return options;
}
