import { Button } from "@mantine/core";
import { Trans } from "@lingui/react/macro";
import type { Task } from "@rapport/api-client";
import { useQuery } from "@tanstack/react-query";
import { ExternalLink } from "lucide-react";
import { useDesk } from "../../shared/desk.ts";

/** The way to this customer in the other system; nothing where none is configured. */
export function ScreenPopLink({ task }: { task: Task }) {
  const desk = useDesk();
  // The link is made from the customer and the variables: it is asked for again when these change,
  // but not with the queue: a conversation that changes its queue is on its way to somebody else.
  const link = useQuery({
    queryKey: ["contact", task.contact_id, "screen-pop", task.id, task.variables],
    queryFn: () => desk.api.screenPop(task.id),
    staleTime: 60_000,
  });
  const url = link.data?.url ?? null;
  if (url === null || !url.startsWith("https://")) return null;
  return (
    <Button component="a" href={url} target="_blank" rel="noopener noreferrer" variant="default" size="xs" fullWidth mt={14} leftSection={<ExternalLink size={15} aria-hidden />}>
      <Trans>Open the linked page</Trans>
    </Button>
  );
}
