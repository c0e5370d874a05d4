import { Trans } from "@lingui/react/macro";
import classes from "./Floor.module.css";

/** Instead of a page that the server would refuse. */
export function ForSupervisors() {
  return (
    <p className={classes.empty}>
      <Trans>This page is for supervisors.</Trans>
    </p>
  );
}
