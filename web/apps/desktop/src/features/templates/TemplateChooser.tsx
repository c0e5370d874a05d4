import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import type { LoadedTemplate, TemplateItem } from "@rapport/api-client";
import { fromTemplate } from "@rapport/rich-text";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Lock, Paperclip, Star } from "lucide-react";
import { useMemo, useState } from "react";
import { useDesk } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { fileSize } from "../../shared/file-size.ts";
import { SearchList } from "../../shared/SearchList.tsx";
import { useStore } from "../../shared/store.ts";
import { StyledText } from "../../shared/StyledText.tsx";
import { flipFavourite } from "./habits.ts";
import type { TemplateSource } from "./source.ts";
import classes from "./Templates.module.css";

const RECENT = 5;

/** Search, groups, and beside them how the template would read here. */
export function TemplateChooser({ source, onChoose, height = 420 }: { source: TemplateSource; onChoose: (templateId: number) => void; height?: number }) {
  const { t } = useLingui();
  const desk = useDesk();
  const [active, setActive] = useState<string | null>(null);
  const { favourites } = useStore(desk.preferences.values, (values) => values.templates);
  const list = useQuery({ queryKey: ["templates", source.key], queryFn: source.list });
  const shown = useQuery({
    queryKey: ["template", source.key, Number(active)],
    queryFn: () => source.one(Number(active)),
    enabled: active !== null,
    placeholderData: keepPreviousData,
  });
  const titles = { favourites: t`Favourites`, recent: t`Recent`, none: t`Without a group` };
  const items = list.data?.items;
  const options = useMemo(() => grouped(items ?? [], favourites).map(([key, item]) => ({
    id: String(item.id),
    label: item.name,
    words: `${item.group} ${item.excerpt}`,
    group: key in titles ? titles[key as keyof typeof titles] : key.slice(1),
    detail: (
      <span className={classes.signs}>
        {item.language !== "" && <span>{item.language}</span>}
        {item.files > 0 && <Paperclip size={13} aria-label={t`With files`} />}
        {item.locked && <Lock size={13} aria-label={t`Locked`} />}
      </span>
    ),
    // The titles change with the language only, and so does `t`.
  })), [items, favourites, t]);
  const choose = (id: string) => onChoose(Number(id));
  return (
    <>
      {list.isError && <p className={classes.error} role="alert">{errorText(list.error)}</p>}
      <div className={classes.columns}>
        <SearchList
          label={t`Templates`}
          placeholder={t`Search templates`}
          options={options}
          onChoose={choose}
          onActive={setActive}
          height={height}
          empty={list.isPending ? t`Loading…` : t`There are no templates for this conversation.`}
        />
        <section className={classes.preview} aria-label={t`Preview`}>
          {active !== null && shown.data !== undefined && <Preview template={shown.data} favourite={favourites.includes(shown.data.id)} onLoad={() => choose(String(shown.data.id))} />}
        </section>
      </div>
    </>
  );
}

function Preview({ template, favourite, onLoad }: { template: LoadedTemplate; favourite: boolean; onLoad: () => void }) {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  return (
    <>
      <div className={classes.top}>
        <h3>{template.name}</h3>
        <button type="button" className={classes.star} aria-pressed={favourite} aria-label={t`Favourite`} title={t`Favourite`} onClick={() => flipFavourite(desk.preferences, template.id)}>
          <Star size={17} fill={favourite ? "currentColor" : "none"} aria-hidden />
        </button>
      </div>
      {template.locked && (
        <p className={classes.hint}>
          <Lock size={13} aria-hidden /> <Trans>Locked: only its fields can be changed.</Trans>
        </p>
      )}
      <div className={classes.body} tabIndex={0} role="group" aria-label={t`Text`}>
        <StyledText rich={fromTemplate(template)} />
      </div>
      {template.files.map((file) => (
        <p key={file.id} className={classes.hint}>
          <Paperclip size={13} aria-hidden /> {file.filename} · {fileSize(file.size, i18n.locale)}
        </p>
      ))}
      <Button fullWidth onClick={onLoad}>
        <Trans>Use this template</Trans>
      </Button>
    </>
  );
}

/** Favourites, then those used lately, then group by group; each once, keyed by where it stands. */
function grouped(items: readonly TemplateItem[], favourites: readonly number[]): [string, TemplateItem][] {
  const recent = items.filter((item) => item.recent !== null && !favourites.includes(item.id)).sort((a, b) => (a.recent ?? 0) - (b.recent ?? 0)).slice(0, RECENT);
  const first = items.filter((item) => favourites.includes(item.id));
  const rest = items.filter((item) => !first.includes(item) && !recent.includes(item));
  return [
    ...first.map((item): [string, TemplateItem] => ["favourites", item]),
    ...recent.map((item): [string, TemplateItem] => ["recent", item]),
    ...[...rest.filter(({ group }) => group !== ""), ...rest.filter(({ group }) => group === "")].map((item): [string, TemplateItem] => [item.group === "" ? "none" : `:${item.group}`, item]),
  ];
}
