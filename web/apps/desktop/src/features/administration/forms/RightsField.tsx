import { SegmentedControl } from "@mantine/core";
import { msg } from "@lingui/core/macro";
import type { MessageDescriptor } from "@lingui/core";
import { useLingui } from "@lingui/react/macro";
import { rightTexts } from "../../../shared/rights.ts";
import { useFieldText } from "../texts/texts.ts";
import { useValue } from "./form.ts";
import type { Field } from "./schema.ts";
import type { Path } from "./values.ts";
import classes from "./Form.module.css";

const helps: Record<string, MessageDescriptor> = {
  desk: msg`Being offered conversations, answering, finding and reading them.`,
  floor: msg`The board, reading along, steering conversations and agents.`,
  addresses: msg`Without it they are covered everywhere, such as d•••@example.com. Answering works all the same.`,
  reports: msg`The figures of everybody.`,
  configuration: msg`These pages: channels, queues, users and the rest.`,
  accounts: msg`How people come in: passwords, invitations, sessions, tokens.`,
  people: msg`What is known of a customer, in one file, and its end.`,
  audit: msg`What was done with accounts.`,
  tokens: msg`Programs that act for them, with their rights at most.`,
};

/** Each right: not at all, to look only, or whole. */
export function RightsField({ field, path }: { field: Field & { type: "choices" }; path: Path }) {
  const { t, i18n } = useLingui();
  const text = useFieldText(field);
  const { value, error, change } = useValue(path, true, field.initial);
  const held = new Set(Array.isArray(value) ? value.map(String) : []);
  const rights = field.values.filter((grant) => !grant.endsWith(":read"));
  const set = (right: string, level: string) => {
    const next = new Set(held);
    next.delete(right);
    next.delete(`${right}:read`);
    if (level !== "") next.add(level);
    change(field.values.filter((grant) => next.has(grant)));
  };
  return (
    <div role="group" aria-label={text.label} data-error={error !== undefined}>
      <ul className={classes.rights}>
        {rights.map((right) => {
          const name = i18n._(rightTexts[right] ?? { id: right, message: right });
          const help = helps[right];
          const levels = [
            { value: "", label: t`No` },
            ...(field.values.includes(`${right}:read`) ? [{ value: `${right}:read`, label: t`Look only` }] : []),
            { value: right, label: t`Yes` },
          ];
          return (
            <li key={right}>
              <span>
                <b>{name}</b>
                {help !== undefined && <span>{i18n._(help)}</span>}
              </span>
              <SegmentedControl size="xs" aria-label={name} data={levels} value={levels.find((level) => level.value !== "" && held.has(level.value))?.value ?? ""} onChange={(level) => set(right, level)} />
            </li>
          );
        })}
      </ul>
      {error !== undefined && (
        <p role="alert" className={classes.error}>
          {error}
        </p>
      )}
    </div>
  );
}
