import { Trans, useLingui } from "@lingui/react/macro";
import { ArrowRight } from "lucide-react";
import type { Field } from "./forms/schema.ts";
import type { Difference } from "./forms/values.ts";
import { pathOf, useInWords } from "./texts/texts.ts";
import classes from "./Admin.module.css";

/** Fields with what they were and what they are; of something new, or gone, only one of both. */
export function DifferenceList({ fields, changed, only }: { fields: readonly Field[]; changed: readonly Difference[]; only?: "before" | "after" | undefined }) {
  const { t } = useLingui();
  const { label, value } = useInWords();
  if (changed.length === 0) {
    return (
      <p className={classes.dialogText}>
        <Trans>Nothing that is shown has changed.</Trans>
      </p>
    );
  }
  return (
    <dl className={classes.differences}>
      {changed.map(({ path, before, after }) => {
        const last = pathOf(fields, path).at(-1);
        const field = typeof last === "string" ? undefined : last;
        return (
          <div key={path}>
            <dt>{path === "name" ? t`Name` : label(fields, path)}</dt>
            <dd>
              {only !== "after" && <del>{value(before, field)}</del>}
              {only === undefined && <ArrowRight size={14} role="img" aria-label={t`becomes`} />}
              {only !== "before" && <ins>{value(after, field)}</ins>}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
