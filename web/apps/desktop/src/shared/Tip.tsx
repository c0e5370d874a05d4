import { Tooltip, type TooltipProps } from "@mantine/core";

/** A tooltip that lives inside a landmark, where screen readers and audits expect all content. */
export function Tip(props: Pick<TooltipProps, "label" | "position" | "children">) {
  return <Tooltip openDelay={350} withArrow portalProps={{ target: "#tips" }} {...props} />;
}
