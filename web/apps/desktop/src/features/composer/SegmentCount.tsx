import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { encodingOf, segments } from "@rapport/sms-segments";
import { Info } from "lucide-react";
import classes from "./Composer.module.css";

/** How many SMS a text becomes. One unusual character halves and more what fits into each: it is named. */
export function SegmentCount({ text }: { text: string }) {
  const { t } = useLingui();
  const { count, left, encoding } = segments(text);
  if (count === 0) return null;
  return (
    <span className={classes.segments} title={t`${left} left in the last one`}>
      <Plural value={count} one="# SMS" other="# SMS" />
      <span className="visually-hidden">{t`, ${left} characters left in the last one`}</span>
      {encoding === "ucs2" && <span aria-hidden> · {t`special`}</span>}
    </span>
  );
}

/** What makes the text special, and what it costs. */
export function SegmentWarning({ text }: { text: string }) {
  const { count, encoding } = segments(text);
  if (encoding === "gsm") return null;
  const special = [...new Set([...new Intl.Segmenter().segment(text)].map((each) => each.segment))].filter((each) => encodingOf(each) === "ucs2");
  const without = segments([...text].filter((each) => encodingOf(each) === "gsm").join("")).count;
  const shown = special.slice(0, 5).join(" ");
  return (
    <span className={classes.special} role="status">
      <Info size={13} aria-hidden />{" "}
      {count > without && without > 0 ? (
        <Trans>
          {shown} makes it {count} SMS instead of {without}.
        </Trans>
      ) : (
        <Trans>{shown} leaves only 70 characters to an SMS.</Trans>
      )}
    </span>
  );
}
