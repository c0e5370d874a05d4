import { ActionIcon, Button, Textarea, TextInput } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import { Plus, Trash2 } from "lucide-react";
import { useFieldText } from "../texts/texts.ts";
import { useForm, useValue } from "./form.ts";
import type { Field } from "./schema.ts";
import { pathText, type Path } from "./values.ts";
import classes from "./Form.module.css";

/** A list of words, one per line, for example origins or holidays. */
export function TextsField({ field, path }: { field: Field & { type: "texts" }; path: Path }) {
  const { t } = useLingui();
  const text = useFieldText(field);
  const form = useForm();
  const { value, error, change } = useValue(path, field.format === null, field.initial);
  const items = Array.isArray(value) ? value.map(String) : [];
  if (field.format === null) {
    return (
      <Textarea
        label={text.label}
        description={text.help}
        error={error}
        placeholder={text.none ?? t`One per line`}
        autosize
        minRows={2}
        maxRows={10}
        spellCheck={false}
        className={classes.wide!}
        // An empty last line is kept while writing; only whole lines are values.
        value={items.join("\n")}
        onChange={(event) => change(event.currentTarget.value === "" ? [] : event.currentTarget.value.split("\n"))}
      />
    );
  }
  return (
    <fieldset className={classes.rows}>
      <legend>{text.label}</legend>
      {text.help !== undefined && <p className={classes.help}>{text.help}</p>}
      <div className={classes.dates}>
        {items.map((item, index) => (
          <div key={index} className={classes.dateRow}>
            <TextInput
              type={field.format === "date" ? "date" : "text"}
              aria-label={t`${text.label} ${index + 1}`}
              value={item}
              error={form.errors.get(`spec.${pathText([...path, index])}`)}
              onChange={(event) => change(items.map((each, at) => (at === index ? event.currentTarget.value : each)))}
            />
            <ActionIcon variant="subtle" color="gray" aria-label={t`Remove`} onClick={() => change(items.filter((_, at) => at !== index))}>
              <Trash2 size={16} />
            </ActionIcon>
          </div>
        ))}
      </div>
      {error !== undefined && (
        <p role="alert" className={classes.error}>
          {error}
        </p>
      )}
      <Button variant="default" size="xs" leftSection={<Plus size={14} aria-hidden />} className={classes.add!} onClick={() => change([...items, ""])}>
        {text.add ?? t`Add`}
      </Button>
    </fieldset>
  );
}
