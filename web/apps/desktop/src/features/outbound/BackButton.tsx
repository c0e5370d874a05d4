import { Button } from "@mantine/core";
import { Trans } from "@lingui/react/macro";

/** From the templates back to what is being written. */
export function BackButton({ onBack }: { onBack: () => void }) {
  return (
    <Button variant="default" onClick={onBack}>
      <Trans>Back</Trans>
    </Button>
  );
}
