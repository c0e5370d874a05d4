import { NativeSelect, TextInput } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import type { ApprovedTemplate, FirstWords } from "@rapport/api-client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useDesk } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { emptyValues, fieldNames, fieldsOf, filledTemplate, preview, type Values } from "../approved-template/filled.ts";
import classes from "./Outbound.module.css";

/** An approved template of the account with its fields; tells what it would send, null while it can't. */
export function TemplateWords({ accountId, onChange }: { accountId: number; onChange: (words: FirstWords | null) => void }) {
  const { t } = useLingui();
  const desk = useDesk();
  const templates = useQuery({ queryKey: ["approved-templates", accountId], queryFn: () => desk.api.templates(accountId) });
  const items = (templates.data?.items ?? []).filter((each) => each.status.toUpperCase() === "APPROVED");
  const [chosen, setChosen] = useState<ApprovedTemplate | null>(null);
  const [values, setValues] = useState<Values>({ header: [], body: [], buttons: [] });
  const tell = (template: ApprovedTemplate | null, typed: Values) => {
    setChosen(template);
    setValues(typed);
    const filled = template === null ? null : filledTemplate(template, typed);
    onChange(template === null || filled === null ? null : { text: preview(template, typed), template: filled });
  };
  const idOf = (each: ApprovedTemplate) => `${each.name}/${each.language}`;
  const counts = chosen === null ? null : fieldsOf(chosen);
  const parts =
    chosen === null || counts === null
      ? []
      : [
          { part: "header" as const, names: fieldNames(chosen.header, counts.header), label: (name: string) => t`Heading: ${name}` },
          { part: "body" as const, names: fieldNames(chosen.body, counts.body), label: (name: string) => t`Field ${name}` },
          { part: "buttons" as const, names: fieldNames(null, counts.buttons), label: (name: string) => t`Button ${name}` },
        ];
  return (
    <>
      <NativeSelect
        label={t`Approved template`}
        required
        error={templates.isError ? errorText(templates.error) : templates.isSuccess && items.length === 0 ? t`There is no approved template for this account.` : null}
        value={chosen === null ? "" : idOf(chosen)}
        onChange={(event) => {
          const template = items.find((each) => idOf(each) === event.currentTarget.value) ?? null;
          tell(template, template === null ? { header: [], body: [], buttons: [] } : emptyValues(template));
        }}
        data={[{ value: "", label: t`Choose a template` }, ...items.map((each) => ({ value: idOf(each), label: `${each.name.replaceAll("_", " ")} (${each.language})` }))]}
      />
      {chosen !== null &&
        parts.flatMap(({ part, names, label }) =>
          names.map((name, index) => (
            <TextInput
              key={`${part}-${name}`}
              label={label(name)}
              required
              maxLength={1024}
              value={values[part][index] ?? ""}
              onChange={(event) => {
                const typed = event.currentTarget.value;
                tell(chosen, { ...values, [part]: values[part].map((old, at) => (at === index ? typed : old)) });
              }}
            />
          )),
        )}
      {chosen !== null && (
        <section className={classes.preview} aria-label={t`Preview`}>
          {preview(chosen, values)}
        </section>
      )}
    </>
  );
}
