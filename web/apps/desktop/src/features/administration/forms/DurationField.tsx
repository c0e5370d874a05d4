import { Input, NativeSelect, NumberInput } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import { useId, useState } from "react";
import { useFieldText } from "../texts/texts.ts";
import { useValue } from "./form.ts";
import type { Field } from "./schema.ts";
import { largestUnit, UNITS, type Unit } from "./units.ts";
import type { Path } from "./values.ts";
import classes from "./Form.module.css";

/** Seconds as people say them: a number and its unit. */
export function DurationField({ field, path }: { field: Field & { type: "number" }; path: Path }) {
  const { t } = useLingui();
  const id = useId();
  const text = useFieldText(field);
  const { value, error, change } = useValue(path, false, field.initial);
  const seconds = typeof value === "number" ? value : null;
  const [unit, setUnit] = useState<Unit>(() => largestUnit(seconds ?? 60));
  const fits = seconds === null || seconds % UNITS[unit] === 0;
  const shown = fits ? unit : "s";
  const units: { value: Unit; label: string }[] = [
    { value: "s", label: t`seconds` },
    { value: "min", label: t`minutes` },
    { value: "h", label: t`hours` },
    { value: "d", label: t`days` },
  ];
  return (
    <Input.Wrapper label={text.label} description={text.help} error={error} labelProps={{ htmlFor: id }} descriptionProps={{ id: `${id}-help` }} errorProps={{ id: `${id}-error` }}>
      <div className={classes.duration}>
        <NumberInput
          id={id}
          aria-describedby={`${id}-help ${id}-error`}
          aria-invalid={error !== undefined}
          error={error !== undefined}
          hideControls
          allowDecimal={false}
          allowNegative={false}
          placeholder={text.none}
          value={seconds === null ? "" : seconds / UNITS[shown]}
          onChange={(next) => change(next === "" ? null : Number(next) * UNITS[shown])}
        />
        <NativeSelect
          aria-label={t`Unit of ${text.label}`}
          data={units}
          value={shown}
          onChange={(event) => {
            const next = event.currentTarget.value as Unit;
            setUnit(next);
            // The number that is written stays; it now counts other units.
            if (seconds !== null) change((seconds / UNITS[shown]) * UNITS[next]);
          }}
        />
      </div>
    </Input.Wrapper>
  );
}
