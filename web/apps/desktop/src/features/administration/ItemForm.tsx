import { Button, TextInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { ApiError } from "@rapport/api-client";
import { Link, useBlocker, useNavigate } from "@tanstack/react-router";
import { ChevronDown, ChevronLeft, ChevronRight } from "lucide-react";
import { useEffect, useId, useRef, useState, type ReactNode } from "react";
import type { Area } from "./areas.ts";
import { DeleteDialog } from "./DeleteDialog.tsx";
import { Extras } from "./extras.tsx";
import { Fields, useTroubled } from "./forms/FieldView.tsx";
import { refusalText } from "./forms/errors.ts";
import { FormProvider } from "./forms/form.ts";
import type { Field } from "./forms/schema.ts";
import { HoursEditor } from "./HoursEditor.tsx";
import { LeaveDialog } from "./LeaveDialog.tsx";
import { sectionsFor, type ShownSection } from "./sections.ts";
import { StaleDialog } from "./StaleDialog.tsx";
import type { Draft, Item } from "./types.ts";
import { useItemForm, type ItemFormModel } from "./useItemForm.ts";
import classes from "./Admin.module.css";

/** The form of one thing: sections of fields, what belongs to it besides, and the bar that saves. */
export function ItemForm({ area, fields, loaded }: { area: Area; fields: readonly Field[]; loaded: Item | null }) {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const single = area.only !== undefined;
  const [initial] = useState(() => beginning(area));
  const model = useItemForm(area.kind, fields, loaded, initial);
  const [deleting, setDeleting] = useState(false);
  const leaving = useRef(false);
  const page = useRef<HTMLDivElement>(null);
  const here = useRef(true);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);
  const blocker = useBlocker({
    shouldBlockFn: () => model.dirty && !leaving.current,
    enableBeforeUnload: () => model.dirty,
    withResolver: true,
  });
  const list = { to: "/admin/$area", params: { area: area.id } } as const;
  const leave = () => {
    leaving.current = true;
    void navigate(list);
  };

  const save = async (over?: Item) => {
    leaving.current = true;
    const item = await model.save(over);
    // Who has gone elsewhere meanwhile is not called back.
    if (item !== null && loaded === null && !single && here.current) {
      await navigate({ to: "/admin/$area/$item", params: { area: area.id, item: String(item.id) }, replace: true });
    }
    leaving.current = false;
  };

  // The first field that the server refused gets the focus.
  useEffect(() => {
    if (model.form.errors.size > 0) page.current?.querySelector<HTMLElement>('[aria-invalid="true"], [data-error="true"] input')?.focus();
  }, [model.form.errors]);

  const title = single ? i18n._(area.title) : model.base === null ? t`New: ${i18n._(area.one)}` : model.base.name;
  return (
    <div className={classes.page} ref={page}>
      <form
        className={classes.form}
        noValidate
        aria-label={title}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
        onKeyDown={(event) => {
          if (event.key.toLowerCase() !== "s" || event.altKey || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          if (model.dirty && !model.saving) void save();
        }}
      >
        <header className={classes.head}>
          <div>
            {!single && (
              <Link {...list} className={classes.back!}>
                <ChevronLeft size={15} aria-hidden />
                {i18n._(area.title)}
              </Link>
            )}
            <h2>{title}</h2>
            {(single || model.base === null) && <p>{i18n._(area.lead)}</p>}
          </div>
        </header>
        <Failure failure={model.failure} errors={model.form.errors} />
        <FormProvider value={model.form}>
          {!single && (
            <section className={classes.card}>
              <TextInput
                label={t`Name`}
                required
                withAsterisk={false}
                maxLength={100}
                autoFocus={model.base === null}
                className={classes.nameField!}
                value={model.name}
                error={model.form.errors.get("name")}
                onChange={(event) => model.rename(event.currentTarget.value)}
              />
            </section>
          )}
          {sectionsFor(area, fields, model.form.spec).map((section) => (
            <SectionCard key={section.id} section={section}>
              <SectionFields area={area} fields={fields} section={section} model={model} />
            </SectionCard>
          ))}
          <Extras model={model} area={area} />
        </FormProvider>
        <footer className={classes.bar}>
          <Button type="submit" loading={model.saving} disabled={!model.dirty && model.base !== null}>
            <Trans>Save</Trans>
          </Button>
          {!single && (
            <Button variant="default" onClick={() => void navigate(list)}>
              <Trans>Cancel</Trans>
            </Button>
          )}
          <span role="status" className={classes.status}>
            {model.saved && !model.dirty ? t`Saved.` : model.dirty && model.base !== null ? t`Not saved yet` : ""}
          </span>
          {!single && model.base !== null && (
            <Button variant="subtle" color="red" onClick={() => setDeleting(true)}>
              <Trans>Delete</Trans>
            </Button>
          )}
        </footer>
      </form>
      {deleting && model.base !== null && <DeleteDialog item={model.base} onClose={() => setDeleting(false)} onDeleted={leave} />}
      {model.theirs !== null && model.base !== null && (
        <StaleDialog fields={fields} base={model.base} theirs={model.theirs} onTake={() => model.theirs !== null && model.take(model.theirs)} onOverwrite={() => void save(model.theirs ?? undefined)} onClose={model.dismiss} />
      )}
      {blocker.status === "blocked" && <LeaveDialog onStay={blocker.reset} onLeave={blocker.proceed} />}
    </div>
  );
}

function SectionFields({ area, fields, section, model }: { area: Area; fields: readonly Field[]; section: ShownSection; model: ItemFormModel }) {
  const [first, second] = section.fields;
  if (area.kind === "hours") return <HoursEditor fields={fields} />;
  // A section that is one group needs no second frame, but for the switch of one that may be off.
  if (first?.type === "group" && second === undefined && !first.nullable && model.form.spec[first.name] !== null) return <Fields fields={first.fields} path={[first.name]} />;
  return <Fields fields={section.fields} />;
}

/** What something new begins with, besides the server's defaults. */
function beginning(area: Area): Partial<Draft> | undefined {
  if (area.only !== undefined) return { name: "settings" };
  if (area.kind !== "hours") return undefined;
  const shifts = [{ opens: "09:00", closes: "17:00" }];
  const week = Object.fromEntries(["monday", "tuesday", "wednesday", "thursday", "friday"].map((day) => [day, shifts]));
  return { spec: { ...week, time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone } };
}

/** What the server said, where it belongs to no field that is shown. */
function Failure({ failure, errors }: { failure: unknown; errors: ReadonlyMap<string, string> }) {
  if (failure === null || (failure instanceof ApiError && failure.code === "stale_version")) return null;
  return (
    <div role="alert" className={classes.failure}>
      {errors.size > 0 ? (
        <>
          <p>
            <Trans>Not saved. Please look at:</Trans>
          </p>
          <ul>
            {[...errors].map(([path, words]) => (
              <li key={path}>{words}</li>
            ))}
          </ul>
        </>
      ) : (
        <p>{refusalText(failure)}</p>
      )}
    </div>
  );
}

function SectionCard({ section, children }: { section: ShownSection; children: ReactNode }) {
  const { i18n } = useLingui();
  const id = useId();
  const [asked, setAsked] = useState(section.folded !== true);
  const troubled = useTroubled(section.fields.map(({ name }) => name));
  const open = asked || troubled;
  const title = i18n._(section.title);
  return (
    <section className={classes.card} aria-labelledby={id} data-folded={!open}>
      <h3 id={id}>
        {section.folded === true ? (
          <button type="button" className={classes.fold} aria-expanded={open} onClick={() => setAsked(!open)}>
            {open ? <ChevronDown size={16} aria-hidden /> : <ChevronRight size={16} aria-hidden />}
            {title}
          </button>
        ) : (
          title
        )}
      </h3>
      {open && section.lead !== undefined && <p className={classes.lead}>{i18n._(section.lead)}</p>}
      {open && children}
    </section>
  );
}
