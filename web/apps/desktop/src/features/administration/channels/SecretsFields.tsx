import { Button, PasswordInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useForm } from "../forms/form.ts";
import type { ChannelForm } from "../types.ts";
import { guides, OWN_SECRETS, randomText } from "./guides.ts";
import { CopyField } from "../Copy.tsx";
import classes from "../Admin.module.css";

interface Props {
  channel: ChannelForm;
  /** Names of those that are stored. */
  stored: readonly string[];
  values: Record<string, string | null>;
  onChange: (name: string, value: string | undefined) => void;
}

/** Secrets can be given and replaced, never read. Those that we make up are shown once, to be copied. */
export function SecretsFields({ channel, stored, values, onChange }: Props) {
  const { t, i18n } = useLingui();
  const form = useForm();
  return channel.secrets.map((secret) => {
    const text = guides[channel.channel]?.secrets[secret.name];
    const label = text === undefined ? secret.title : i18n._(text.label);
    const help = text === undefined ? secret.help : i18n._(text.help);
    const value = values[secret.name] ?? "";
    if (OWN_SECRETS.includes(secret.name)) {
      return value !== "" ? (
        <CopyField key={secret.name} label={label} help={help} value={value} />
      ) : (
        <div key={secret.name} className={classes.dialogText}>
          <b>{label}</b> · {stored.includes(secret.name) ? t`is set` : t`is missing`}{" "}
          <Button variant="default" size="compact-sm" onClick={() => onChange(secret.name, randomText())}>
            <Trans>Make a new one</Trans>
          </Button>
        </div>
      );
    }
    return (
      <PasswordInput
        key={secret.name}
        label={label}
        description={help}
        className={classes.nameField!}
        autoComplete="off"
        error={form.errors.get(`secrets.${secret.name}`)}
        placeholder={stored.includes(secret.name) ? t`Set. Leave empty to keep it.` : ""}
        value={value}
        onChange={(event) => onChange(secret.name, event.currentTarget.value === "" ? undefined : event.currentTarget.value)}
        visibilityToggleButtonProps={{ "aria-label": t`Show: ${label}` }}
      />
    );
  });
}
