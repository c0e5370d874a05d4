import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useDesk } from "../../shared/desk.ts";
import { useStore } from "../../shared/store.ts";
import SignInPage from "./SignInPage.tsx";
import { keyFromAddress } from "./key.ts";

const SetUpPage = lazy(() => import("./SetUpPage.tsx"));
const NewPasswordPage = lazy(() => import("./NewPasswordPage.tsx"));
const SecondFactorPage = lazy(() => import("./SecondFactorPage.tsx"));
const InvitationPage = lazy(() => import("./InvitationPage.tsx"));

/** For somebody who is not signed in: the sign-in page, an invitation, or an installation without anybody. */
export default function FrontDoor() {
  const desk = useDesk();
  const session = useStore(desk.session, (value) => value);
  const key = keyFromAddress();
  const setUp = useQuery({
    queryKey: ["set-up"],
    queryFn: () => desk.api.http.get<{ needed: boolean }>("/setup"),
    enabled: key?.kind !== "invitation",
    // The sign-in page is there without it.
    retry: false,
  });
  if (key?.kind === "invitation") {
    return (
      <Suspense>
        <InvitationPage token={key.value} />
      </Suspense>
    );
  }
  if (session === "password_due") {
    return (
      <Suspense>
        <NewPasswordPage />
      </Suspense>
    );
  }
  if (session === "second_factor_due") {
    return (
      <Suspense>
        <SecondFactorPage />
      </Suspense>
    );
  }
  if (setUp.isPending) return null;
  if (setUp.data?.needed !== true) return <SignInPage />;
  return (
    <Suspense>
      <SetUpPage code={key?.value ?? ""} />
    </Suspense>
  );
}
