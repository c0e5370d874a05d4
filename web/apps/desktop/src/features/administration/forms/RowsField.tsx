import { ActionIcon, Button } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import { useFieldText } from "../texts/texts.ts";
import { FieldView } from "./FieldView.tsx";
import { useValue } from "./form.ts";
import { blankOf, type Field } from "./schema.ts";
import type { Value } from "../types.ts";
import type { Path } from "./values.ts";
import classes from "./Form.module.css";

/** A list of small records: each in a row, movable where the order says something. */
export function RowsField({ field, path }: { field: Field & { type: "rows" }; path: Path }) {
  const { t } = useLingui();
  const text = useFieldText(field);
  const { value, error, change } = useValue(path);
  const rows = Array.isArray(value) ? value : [];
  const move = (from: number, to: number) => {
    const next = [...rows];
    const [row] = next.splice(from, 1);
    if (row !== undefined) next.splice(to, 0, row);
    change(next);
  };
  const full = field.max !== null && rows.length >= field.max;
  return (
    <fieldset className={classes.rows}>
      <legend>{text.label}</legend>
      {text.help !== undefined && <p className={classes.help}>{text.help}</p>}
      {rows.map((row, index) => (
        <div key={index} className={classes.row} role="group" aria-label={t`${text.label} ${index + 1}`}>
          <div className={classes.rowFields}>
            {field.fields.filter((inner) => isOfUse(inner, row)).map((inner) => (
              <FieldView key={inner.name} field={inner} path={[...path, index, inner.name]} />
            ))}
          </div>
          <div className={classes.rowTools}>
            {rows.length > 1 && (
              <>
                <ActionIcon variant="subtle" color="gray" aria-label={t`Move up`} disabled={index === 0} onClick={() => move(index, index - 1)}>
                  <ArrowUp size={16} />
                </ActionIcon>
                <ActionIcon variant="subtle" color="gray" aria-label={t`Move down`} disabled={index === rows.length - 1} onClick={() => move(index, index + 1)}>
                  <ArrowDown size={16} />
                </ActionIcon>
              </>
            )}
            <ActionIcon variant="subtle" color="gray" aria-label={t`Remove`} onClick={() => change(rows.filter((_, at) => at !== index))}>
              <Trash2 size={16} />
            </ActionIcon>
          </div>
        </div>
      ))}
      {error !== undefined && (
        <p role="alert" className={classes.error}>
          {error}
        </p>
      )}
      {!full && (
        <Button variant="default" size="xs" leftSection={<Plus size={14} aria-hidden />} className={classes.add!} onClick={() => change([...rows, blankOf(field.fields)])}>
          {text.add ?? t`Add`}
        </Button>
      )}
    </fieldset>
  );
}

/** Choices belong to questions with a choice only. */
function isOfUse(field: Field, row: Value): boolean {
  if (field.model !== "WidgetField" || field.name !== "options") return true;
  return typeof row === "object" && row !== null && !Array.isArray(row) && row["kind"] === "select";
}
