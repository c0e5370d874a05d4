import { Button, Textarea, TextInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import type { ChannelType } from "@rapport/api-client";
import { useBlocker } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import { useEffect, useMemo, useRef, type ReactNode } from "react";
import { channelName } from "../../../shared/people.ts";
import { useItems } from "../data.ts";
import { Fields } from "../forms/FieldView.tsx";
import { refusalText } from "../forms/errors.ts";
import { FormProvider } from "../forms/form.ts";
import type { Field } from "../forms/schema.ts";
import { LeaveDialog } from "../LeaveDialog.tsx";
import type { ChannelForm, Spec } from "../types.ts";
import { ConnectedPage } from "./ConnectedPage.tsx";
import { guides } from "./guides.ts";
import { ProbeButton } from "./ProbeButton.tsx";
import { QueueChoice } from "./QueueChoice.tsx";
import { SecretsFields } from "./SecretsFields.tsx";
import { SettingsFields } from "./SettingsFields.tsx";
import { useConnection } from "./useConnection.ts";
import { LookPreview } from "./WebchatParts.tsx";
import admin from "../Admin.module.css";
import classes from "./Channels.module.css";

interface Props {
  channel: ChannelType;
  /** What the channel's manifest says; websites have none. */
  form: ChannelForm | undefined;
  fields: readonly Field[];
  onBack: () => void;
}

/** The steps of connecting one channel: at the provider, tried out, where contacts go, saved. */
export function ConnectForm({ channel, form, fields, onBack }: Props) {
  const { t, i18n } = useLingui();
  const guide = guides[channel];
  const model = useConnection(channel, form);
  const settings = useItems("settings");
  const page = useRef<HTMLDivElement>(null);
  const webchat = useMemo(() => fields.flatMap((field) => (field.name === "webchat" && field.type === "group" ? field.fields : [])), [fields]);
  const blocker = useBlocker({ shouldBlockFn: () => model.touched && model.done === null, enableBeforeUnload: () => model.touched && model.done === null, withResolver: true });
  useEffect(() => {
    if (model.form.errors.size > 0) page.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [model.form.errors]);
  if (model.done !== null) return <ConnectedPage account={model.done} form={form} token={model.secrets["verify_token"] ?? undefined} />;
  const spec = model.form.spec;
  const look = (spec["webchat"] ?? {}) as Spec;
  const shown = (names: readonly string[]) => names.flatMap((name) => webchat.find((field) => field.name === name) ?? []);
  const title = channelName(channel);
  let number = 0;
  const next = () => ++number;
  return (
    <div className={admin.page} ref={page}>
      <form
        className={admin.form}
        noValidate
        aria-label={t`Connect: ${title}`}
        onSubmit={(event) => {
          event.preventDefault();
          void model.connect();
        }}
      >
        <header className={admin.head}>
          <div>
            <button type="button" className={`${admin.back} ${classes.plain}`} onClick={onBack}>
              <ChevronLeft size={15} aria-hidden />
              <Trans>Another channel</Trans>
            </button>
            <h2>{t`Connect: ${title}`}</h2>
          </div>
        </header>
        <FormProvider value={model.form}>
          {guide !== undefined && guide.before.length > 0 && (
            <Step number={next()} title={t`At the provider`}>
              <ol className={classes.steps}>
                {guide.before.map((step, index) => (
                  <li key={index}>{i18n._(step)}</li>
                ))}
              </ol>
            </Step>
          )}
          <Step number={next()} title={channel === "webchat" ? t`The website` : t`Copy the values here`}>
            <TextInput
              label={t`Name`}
              description={t`How this account is called here.`}
              autoFocus
              className={admin.nameField!}
              value={model.name}
              error={model.form.errors.get("name")}
              onChange={(event) => model.rename(event.currentTarget.value)}
            />
            {guide?.address !== undefined && (
              <TextInput
                label={i18n._(guide.address.label)}
                description={i18n._(guide.address.help)}
                className={admin.nameField!}
                value={String(spec["address"] ?? "")}
                error={model.form.errors.get("spec.address")}
                onChange={(event) => model.form.change(["address"], event.currentTarget.value)}
              />
            )}
            {channel === "webchat" && <Fields fields={shown(["site_key", "allowed_origins", "greeting", "fields"])} path={["webchat"]} />}
            {form !== undefined && <SettingsFields channel={form} />}
            {form !== undefined && <SecretsFields channel={form} stored={[]} values={model.secrets} onChange={model.setSecret} />}
          </Step>
          {channel === "webchat" && (
            <Step number={next()} title={t`Look`}>
              <div className={classes.look}>
                <div className={classes.lookFields}>
                  <Fields fields={shown(["theme"]).flatMap((field) => (field.type === "group" ? field.fields : []))} path={["webchat", "theme"]} />
                </div>
                <LookPreview webchat={look} company={String(settings.data?.[0]?.spec["company"] ?? "Rapport")} />
              </div>
            </Step>
          )}
          {form !== undefined && (
            <Step number={next()} title={t`Try it out`}>
              <p className={admin.dialogText}>
                <Trans>The provider is asked now, with what is written above. Nothing is saved yet.</Trans>
              </p>
              <ProbeButton channel={channel} address={String(spec["address"] ?? "")} settings={(spec["settings"] ?? {}) as Spec} secrets={model.secrets} onRefused={model.show} />
            </Step>
          )}
          <Step number={next()} title={t`Where contacts go`}>
            <QueueChoice channel={channel} value={model.queue} error={model.queueError} onChange={model.setQueue} />
            {channel !== "webchat" && (
              <Textarea
                label={t`Greeting`}
                description={t`Said once, when a conversation begins.`}
                placeholder={t`nothing is said`}
                autosize
                minRows={2}
                value={model.greeting}
                onChange={(event) => model.setGreeting(event.currentTarget.value)}
              />
            )}
          </Step>
        </FormProvider>
        {model.failure !== null && (
          <div role="alert" className={admin.failure}>
            {model.form.errors.size > 0 ? (
              <ul>
                {[...model.form.errors].map(([path, words]) => (
                  <li key={path}>{words}</li>
                ))}
              </ul>
            ) : (
              <p>{refusalText(model.failure)}</p>
            )}
          </div>
        )}
        <footer className={admin.bar}>
          <Button type="submit" loading={model.saving}>
            <Trans>Connect</Trans>
          </Button>
        </footer>
      </form>
      {blocker.status === "blocked" && <LeaveDialog onStay={blocker.reset} onLeave={blocker.proceed} />}
    </div>
  );
}

function Step({ number, title, children }: { number: number; title: string; children: ReactNode }) {
  return (
    <section className={admin.card} aria-label={title}>
      <h3 className={classes.stepHead}>
        <span className={classes.number}>{number}</span>
        {title}
      </h3>
      {children}
    </section>
  );
}
