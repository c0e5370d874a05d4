import { Select } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import type { ChannelType } from "@rapport/api-client";
import { Link } from "@tanstack/react-router";
import { channelName } from "../../../shared/people.ts";
import { useItems } from "../data.ts";
import admin from "../Admin.module.css";

/** The queue for a channel's contacts; one that does not serve the channel yet will. */
export function QueueChoice({ channel, value, error, onChange }: { channel: ChannelType; value: number | null; error: string | null; onChange: (queue: number | null) => void }) {
  const { t } = useLingui();
  const queues = useItems("queues");
  const name = channelName(channel);
  const options = (queues.data ?? []).map((queue) => {
    const serves = Array.isArray(queue.spec["channels"]) && queue.spec["channels"].includes(channel);
    const called = queue.name;
    return { value: String(queue.id), label: serves ? called : t`${called} (will also serve ${name})` };
  });
  if (queues.data?.length === 0) {
    return (
      <p className={admin.hint}>
        <Trans>There is no queue yet.</Trans>{" "}
        <Link to="/admin/$area/$item" params={{ area: "queues", item: "new" }}>
          <Trans>Create one first</Trans>
        </Link>
      </p>
    );
  }
  return (
    <Select
      label={t`Queue`}
      description={t`Contacts wait there until an agent accepts. Hours and answers outside them are set at the entry point.`}
      placeholder={t`Choose…`}
      className={admin.nameField!}
      searchable
      allowDeselect={false}
      nothingFoundMessage={t`Nothing found`}
      data={options}
      error={error}
      value={value === null ? null : String(value)}
      onChange={(next) => onChange(next === null ? null : Number(next))}
    />
  );
}
