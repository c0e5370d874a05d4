import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { ChevronDown, ChevronRight } from "lucide-react";
import { useMemo, useState } from "react";
import { Fields } from "../forms/FieldView.tsx";
import { useForm } from "../forms/form.ts";
import { fieldsOf } from "../forms/schema.ts";
import type { ChannelForm, Spec } from "../types.ts";
import { basicSettings, guides } from "./guides.ts";

/** A channel's own settings: those that matter, and the others on demand. */
export function SettingsFields({ channel }: { channel: ChannelForm }) {
  const { t } = useLingui();
  const form = useForm();
  const [all, setAll] = useState(false);
  const fields = useMemo(() => fieldsOf(channel.settings), [channel]);
  const defaults = Object.fromEntries(fields.map(({ name, initial }) => [name, initial]));
  const basics = basicSettings(guides[channel.channel], { ...defaults, ...(form.spec["settings"] as Spec) });
  const first = fields.filter(({ name }) => basics === null || basics.includes(name)).sort((a, b) => (basics?.indexOf(a.name) ?? 0) - (basics?.indexOf(b.name) ?? 0));
  const rest = fields.filter((field) => !first.includes(field));
  const troubled = [...form.errors.keys()].some((path) => rest.some(({ name }) => path.startsWith(`spec.settings.${name}`)));
  const open = all || troubled;
  return (
    <>
      <Fields fields={first} path={["settings"]} />
      {rest.length > 0 && (
        <Button
          variant="subtle"
          color="gray"
          size="xs"
          style={{ alignSelf: "flex-start" }}
          aria-expanded={open}
          leftSection={open ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden />}
          onClick={() => setAll(!all)}
        >
          {open ? t`Fewer settings of the channel` : <Trans>More settings of the channel</Trans>}
        </Button>
      )}
      {open && <Fields fields={rest} path={["settings"]} />}
    </>
  );
}
