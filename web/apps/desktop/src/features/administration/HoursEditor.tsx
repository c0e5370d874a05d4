import { ActionIcon, Button, Input, Select, TextInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { CopyPlus, Plus, Trash2 } from "lucide-react";
import { useMemo } from "react";
import { FieldView } from "./forms/FieldView.tsx";
import { useForm, useValue } from "./forms/form.ts";
import type { Field } from "./forms/schema.ts";
import { useFieldText } from "./texts/texts.ts";
import type { Spec } from "./types.ts";
import classes from "./HoursEditor.module.css";

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
/** Hours end on the day they begin; its last moment stands for midnight. */
const MIDNIGHT = "23:59:59.999999";

interface Shift extends Spec {
  opens: string;
  closes: string;
}

/** The week as a grid, then the holidays. */
export function HoursEditor({ fields }: { fields: readonly Field[] }) {
  const { t } = useLingui();
  const form = useForm();
  const zones = useMemo(() => ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")], []);
  const zone = useValue(["time_zone"]);
  const holidays = fields.find(({ name }) => name === "holidays");
  const copyMonday = () => {
    for (const day of DAYS.slice(1, 5)) form.change([day], form.spec["monday"] ?? []);
  };
  return (
    <>
      <Select
        label={t`Time zone`}
        className={classes.zone!}
        searchable
        limit={80}
        allowDeselect={false}
        nothingFoundMessage={t`Nothing found`}
        data={zones}
        value={typeof zone.value === "string" ? zone.value : null}
        error={zone.error}
        onChange={(next) => (next === null ? undefined : zone.change(next))}
      />
      <div className={classes.week}>
        {DAYS.map((day) => {
          const field = fields.find(({ name }) => name === day);
          return field === undefined ? null : <DayRow key={day} field={field} />;
        })}
      </div>
      <Button variant="default" size="xs" className={classes.copy!} leftSection={<CopyPlus size={14} aria-hidden />} onClick={copyMonday}>
        <Trans>Monday's hours until Friday</Trans>
      </Button>
      {holidays !== undefined && <FieldView field={holidays} path={["holidays"]} />}
    </>
  );
}

function DayRow({ field }: { field: Field }) {
  const { t } = useLingui();
  const { label } = useFieldText(field);
  const { value, error, change } = useValue([field.name], true);
  const shifts = (Array.isArray(value) ? value : []) as Shift[];
  const put = (at: number, shift: Shift) => change(shifts.map((each, index) => (index === at ? shift : each)));
  return (
    <div className={classes.day} role="group" aria-label={label}>
      <span className={classes.name}>{label}</span>
      <div className={classes.shifts}>
        {shifts.length === 0 && (
          <span className={classes.closed}>
            <Trans>closed</Trans>
          </span>
        )}
        {shifts.map((shift, index) => (
          <span key={index} className={classes.shift}>
            <TextInput type="time" aria-label={t`${label}: opens`} value={shift.opens.slice(0, 5)} onChange={(event) => put(index, { ...shift, opens: event.currentTarget.value })} />
            <span aria-hidden>–</span>
            <TextInput
              type="time"
              aria-label={t`${label}: closes`}
              value={shift.closes.startsWith("23:59:59") ? "00:00" : shift.closes.slice(0, 5)}
              onChange={({ currentTarget: { value: closes } }) => put(index, { ...shift, closes: closes === "00:00" ? MIDNIGHT : closes })}
            />
            <ActionIcon variant="subtle" color="gray" aria-label={t`${label}: remove these hours`} onClick={() => change(shifts.filter((_, at) => at !== index))}>
              <Trash2 size={16} />
            </ActionIcon>
          </span>
        ))}
        {error !== undefined && <Input.Error>{error}</Input.Error>}
      </div>
      <ActionIcon variant="default" size={32} aria-label={t`${label}: add hours`} title={t`Add hours`} onClick={() => change([...shifts, nextShift(shifts)])}>
        <Plus size={16} />
      </ActionIcon>
    </div>
  );
}

function nextShift(shifts: readonly Shift[]): Shift {
  return shifts.length === 0 ? { opens: "09:00", closes: "17:00" } : { opens: "18:00", closes: "20:00" };
}
