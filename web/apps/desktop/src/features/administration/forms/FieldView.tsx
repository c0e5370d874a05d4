import { Checkbox, NumberInput, Select, Switch, Textarea, TextInput } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { useFieldText } from "../texts/texts.ts";
import type { Spec } from "../types.ts";
import { DurationField } from "./DurationField.tsx";
import { useForm, useValue } from "./form.ts";
import { MapField } from "./MapField.tsx";
import { ReferenceField, ReferencesField } from "./ReferenceField.tsx";
import { RightsField } from "./RightsField.tsx";
import { RowsField } from "./RowsField.tsx";
import { blankOf, type Field } from "./schema.ts";
import { TextsField } from "./TextsField.tsx";
import type { Path } from "./values.ts";
import classes from "./Form.module.css";

interface Props<F extends Field = Field> {
  field: F;
  path: Path;
}

/** One field by its type; what has no input of its own is shown as JSON. */
export function FieldView({ field, path }: Props) {
  switch (field.type) {
    case "text":
      return <TextField field={field} path={path} />;
    case "number":
      return field.seconds ? <DurationField field={field} path={path} /> : <NumberField field={field} path={path} />;
    case "flag":
      return <FlagField field={field} path={path} />;
    case "choice":
      return <ChoiceField field={field} path={path} />;
    case "choices":
      return field.model === "RoleSpec" ? <RightsField field={field} path={path} /> : <ChoicesField field={field} path={path} />;
    case "reference":
      return <ReferenceField field={field} path={path} />;
    case "references":
      return <ReferencesField field={field} path={path} />;
    case "texts":
      return <TextsField field={field} path={path} />;
    case "rows":
      return <RowsField field={field} path={path} />;
    case "group":
      return <GroupField field={field} path={path} />;
    case "map":
      return <MapField field={field} path={path} />;
    case "raw":
      return <RawField field={field} path={path} />;
  }
}

/** The fields of a model, one below the other. */
export function Fields({ fields, path = [] }: { fields: readonly Field[]; path?: Path }) {
  return fields.map((field) => <FieldView key={field.name} field={field} path={[...path, field.name]} />);
}

function TextField({ field, path }: Props<Field & { type: "text" }>) {
  const { t } = useLingui();
  const text = useFieldText(field);
  const { value, error, change } = useValue(path, false, field.initial);
  const props = {
    label: text.label,
    description: text.help,
    error,
    placeholder: text.none,
    value: typeof value === "string" ? value : "",
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) =>
      change(currentTarget.value === "" && field.nullable ? null : currentTarget.value),
    ...(field.max === null ? {} : { maxLength: field.max }),
  };
  if (field.long) return <Textarea {...props} autosize minRows={2} maxRows={8} className={classes.wide!} />;
  if (field.name === "color") {
    const picker = <input type="color" className={classes.color} aria-label={t`Choose: ${text.label}`} value={/^#[0-9a-f]{6}$/i.test(props.value) ? props.value : "#000000"} onChange={props.onChange} />;
    return <TextInput {...props} className={classes.field!} leftSection={picker} leftSectionWidth={44} />;
  }
  return <TextInput {...props} type={field.format === "date" ? "date" : field.format === "time" ? "time" : "text"} className={classes.field!} />;
}

function NumberField({ field, path }: Props<Field & { type: "number" }>) {
  const text = useFieldText(field);
  const { value, error, change } = useValue(path, false, field.initial);
  return (
    <NumberInput
      label={text.label}
      description={text.help}
      error={error}
      placeholder={text.none}
      allowDecimal={!field.whole}
      hideControls
      classNames={{ wrapper: classes.short! }}
      value={typeof value === "number" ? value : ""}
      onChange={(next) => change(typeof next === "number" ? next : next === "" ? null : Number(next))}
    />
  );
}

function FlagField({ field, path }: Props<Field & { type: "flag" }>) {
  const text = useFieldText(field);
  const { value, error, change } = useValue(path, false, field.initial);
  return (
    <Switch
      label={text.label}
      description={text.help}
      error={error}
      checked={value === true}
      onChange={(event) => change(event.currentTarget.checked)}
    />
  );
}

function ChoiceField({ field, path }: Props<Field & { type: "choice" }>) {
  const text = useFieldText(field);
  const { value, error, change } = useValue(path, false, field.initial);
  return (
    <Select
      label={text.label}
      description={text.help}
      error={error}
      placeholder={text.none}
      className={classes.field!}
      data={field.values.map((choice) => ({ value: choice, label: text.choice(choice) }))}
      value={typeof value === "string" ? value : null}
      onChange={(next) => (next !== null || field.nullable ? change(next) : undefined)}
      clearable={field.nullable}
      allowDeselect={false}
    />
  );
}

function ChoicesField({ field, path }: Props<Field & { type: "choices" }>) {
  const text = useFieldText(field);
  const { value, error, change } = useValue(path, true, field.initial);
  return (
    <Checkbox.Group
      label={text.label}
      description={text.help}
      error={error}
      value={Array.isArray(value) ? value.map(String) : []}
      onChange={(next) => change(field.values.filter((choice) => next.includes(choice)))}
    >
      <div className={classes.choices}>
        {field.values.map((choice) => (
          <Checkbox key={choice} value={choice} label={text.choice(choice)} />
        ))}
      </div>
    </Checkbox.Group>
  );
}

/** Fields that belong together; where there may be none of them, a switch opens them. */
function GroupField({ field, path }: Props<Field & { type: "group" }>) {
  const text = useFieldText(field);
  const { value, error, change } = useValue(path, false, field.initial);
  return (
    <fieldset className={classes.group}>
      <legend>{text.label}</legend>
      {text.help !== undefined && <p className={classes.help}>{text.help}</p>}
      {field.nullable && (
        <Switch label={text.none ?? text.label} checked={value !== null} onChange={(event) => change(event.currentTarget.checked ? blankOf(field.fields) : null)} />
      )}
      {error !== undefined && (
        <p role="alert" className={classes.error}>
          {error}
        </p>
      )}
      {value !== null && <Fields fields={field.fields} path={path} />}
    </fieldset>
  );
}

function RawField({ field, path }: Props<Field & { type: "raw" }>) {
  const { t } = useLingui();
  const text = useFieldText(field);
  const { value, error, change } = useValue(path, true, field.initial);
  const [written, setWritten] = useState(() => JSON.stringify(value, null, 2));
  const [broken, setBroken] = useState(false);
  return (
    <Textarea
      label={text.label}
      description={text.help}
      error={broken ? t`This is not valid JSON.` : error}
      value={written}
      autosize
      minRows={3}
      maxRows={14}
      spellCheck={false}
      className={classes.code!}
      onChange={(event) => {
        setWritten(event.currentTarget.value);
        try {
          change(JSON.parse(event.currentTarget.value) as Spec);
          setBroken(false);
        } catch {
          setBroken(true);
        }
      }}
    />
  );
}

/** Whether a form has anything to say at or below a field. */
export function useTroubled(names: readonly string[]): boolean {
  const { errors } = useForm();
  return [...errors.keys()].some((path) => names.some((name) => path === `spec.${name}` || path.startsWith(`spec.${name}.`)));
}
