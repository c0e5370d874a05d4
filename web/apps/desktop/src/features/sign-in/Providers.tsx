import { Button } from "@mantine/core";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useDesk } from "../../shared/desk.ts";
import classes from "./SignInPage.module.css";

/** The company's identity providers, if it has any. */
export function Providers() {
  const desk = useDesk();
  const providers = useQuery({
    queryKey: ["identity-providers"],
    queryFn: () => desk.api.http.get<{ items: { id: number; name: string }[] }>("/openid/providers"),
    // The sign-in page is there without it.
    retry: false,
  });
  const items = providers.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <>
      <p className={classes.or}>
        <Trans>or</Trans>
      </p>
      {items.map(({ id, name }) => (
        <Button key={id} component="a" href={`/api/v1/openid/${id}/start`} variant="default" size="md" fullWidth>
          <Trans>Sign in with {name}</Trans>
        </Button>
      ))}
    </>
  );
}
