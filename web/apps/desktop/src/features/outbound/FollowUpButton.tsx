import { Button } from "@mantine/core";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Reply } from "lucide-react";
import { useDesk, useDeskState } from "../../shared/desk.ts";

/** Writes again to whom an ended conversation was with; shown to those who may. */
export function FollowUpButton({ conversationId, title }: { conversationId: number; title: string }) {
  const desk = useDesk();
  const held = useDeskState((state) => [...state.tasks.values()].find((task) => task.conversation_id === conversationId && task.state !== "ended")?.id) ?? null;
  const fields = useQuery({ queryKey: ["follow-up", conversationId], queryFn: () => desk.api.followUpFields(conversationId), staleTime: 0, retry: false });
  if (held !== null || fields.data?.queue_id == null) return null;
  return (
    <Button size="sm" leftSection={<Reply size={15} aria-hidden />} onClick={() => desk.ui.open({ name: "follow_up", reading: { conversationId, title } })}>
      <Trans>Follow up</Trans>
    </Button>
  );
}
