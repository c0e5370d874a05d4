import { ActionIcon, Button, NativeSelect, NumberInput, TextInput } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import { Plus, Trash2 } from "lucide-react";
import { useFieldText } from "../texts/texts.ts";
import type { Spec, Value } from "../types.ts";
import { useForm, useValue } from "./form.ts";
import type { Field } from "./schema.ts";
import { pathText, type Path } from "./values.ts";
import classes from "./Form.module.css";

/** Values by name, for example a time per kind of channel. */
export function MapField({ field, path }: { field: Field & { type: "map" }; path: Path }) {
  const { t } = useLingui();
  const text = useFieldText(field);
  const form = useForm();
  const { value, error, change } = useValue(path);
  const entries = Object.entries((value ?? {}) as Spec);
  const put = (next: [string, Value][]) => change(Object.fromEntries(next));
  const free = field.keys?.filter((key) => !entries.some(([used]) => used === key));
  const replace = (index: number, entry: [string, Value]) => put(entries.map((each, at) => (at === index ? entry : each)));
  return (
    <fieldset className={classes.rows}>
      <legend>{text.label}</legend>
      {text.help !== undefined && <p className={classes.help}>{text.help}</p>}
      {entries.map(([key, each], index) => (
        <div key={index} className={classes.mapRow} data-short={field.keys === null}>
          {field.keys === null ? (
            <TextInput aria-label={t`Name`} value={key} onChange={(event) => replace(index, [event.currentTarget.value, each])} />
          ) : (
            <NativeSelect
              aria-label={t`Name`}
              data={field.keys.filter((other) => other === key || free?.includes(other) === true).map((other) => ({ value: other, label: text.choice(other) }))}
              value={key}
              onChange={(event) => replace(index, [event.currentTarget.value, each])}
            />
          )}
          {field.value.type === "number" ? (
            <NumberInput
              aria-label={text.choice(key) || text.label}
              hideControls
              value={typeof each === "number" ? each : ""}
              suffix={field.value.seconds ? ` ${t`seconds`}` : ""}
              error={form.errors.get(`spec.${pathText([...path, key])}`)}
              onChange={(next) => replace(index, [key, typeof next === "number" ? next : null])}
            />
          ) : (
            <TextInput aria-label={text.choice(key) || text.label} value={String(each ?? "")} error={form.errors.get(`spec.${pathText([...path, key])}`)} onChange={(event) => replace(index, [key, event.currentTarget.value])} />
          )}
          <ActionIcon variant="subtle" color="gray" aria-label={t`Remove`} onClick={() => put(entries.filter((_, at) => at !== index))}>
            <Trash2 size={16} />
          </ActionIcon>
        </div>
      ))}
      {error !== undefined && (
        <p role="alert" className={classes.error}>
          {error}
        </p>
      )}
      {(free === undefined || free.length > 0) && (
        <Button
          variant="default"
          size="xs"
          leftSection={<Plus size={14} aria-hidden />}
          className={classes.add!}
          onClick={() => put([...entries, [free?.[0] ?? "", field.value.type === "number" ? 30 : ""]])}
        >
          {text.add ?? t`Add`}
        </Button>
      )}
    </fieldset>
  );
}
