import { useQuery } from "@tanstack/react-query";
import { useDesk } from "../../shared/desk.ts";
import { later } from "../../shared/later.tsx";
import { useStore } from "../../shared/store.ts";
import SignInPage from "./SignInPage.tsx";
import { keyFromAddress } from "./key.ts";

const SetUpPage = later(() => import("./SetUpPage.tsx"));
const NewPasswordPage = later(() => import("./NewPasswordPage.tsx"));
const SecondFactorPage = later(() => import("./SecondFactorPage.tsx"));
const InvitationPage = later(() => import("./InvitationPage.tsx"));

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
    return <InvitationPage token={key.value} />;
  }
  if (session === "password_due") {
    return <NewPasswordPage />;
  }
  if (session === "second_factor_due") {
    return <SecondFactorPage />;
  }
  if (setUp.isPending) return null;
  if (setUp.data?.needed !== true) return <SignInPage />;
  return <SetUpPage code={key?.value ?? ""} />;
}
