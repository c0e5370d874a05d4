import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { User } from "@rapport/api-client";
import { useUser } from "./desk.ts";

/** What a right opens, in a few words. */
export const rightTexts: Record<string, MessageDescriptor> = {
  desk: msg`Conversations`,
  floor: msg`The floor: all conversations and agents`,
  addresses: msg`Phone numbers and e-mail addresses of customers`,
  reports: msg`Reports`,
  configuration: msg`Configuration`,
  accounts: msg`Accounts: passwords, invitations, sessions`,
  people: msg`Exporting and erasing customers`,
  audit: msg`Audit log`,
  tokens: msg`API tokens of their own`,
};

/** Whether a person has a right, if only to look (`floor:read`). */
export function mayLook(user: User | null, right: string): boolean {
  return user !== null && (user.rights.includes(right) || user.rights.includes(`${right}:read`));
}

/** Whether a person has the desk and the floor with all that can be done there. */
export function supervises(user: User | null): boolean {
  return user !== null && user.rights.includes("desk") && user.rights.includes("floor");
}

/** The floor is shown on the desk's own stream. */
export function seesFloor(user: User | null): boolean {
  return user !== null && user.rights.includes("desk") && mayLook(user, "floor");
}

/** Whether any page of the administration is open to a person. */
export function administers(user: User | null): boolean {
  return ["configuration", "audit", "accounts", "people"].some((right) => mayLook(user, right));
}

export function useMayLook(right: string): boolean {
  return mayLook(useUser(), right);
}
