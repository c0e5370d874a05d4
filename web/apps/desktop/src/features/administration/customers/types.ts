import type { ChannelType } from "@rapport/api-client";

/** A customer as the search finds them. */
export interface Found {
  id: number;
  name: string | null;
  email: string | null;
  phone: string | null;
  created_at: string;
  identities: string[];
  conversations: number;
}

export interface KeptConversation {
  id: number;
  channel: ChannelType | "";
  account: string;
  messages: number;
  first_at: string | null;
  last_at: string | null;
  open: boolean;
}

/** How much is kept of a customer. */
export interface Kept extends Omit<Found, "conversations"> {
  counts: { conversations: number; messages: number; files: number; bytes: number; mails: number; workflows: number; notes: number };
  conversations: KeptConversation[];
}

export interface Erased {
  conversations: number;
  messages: number;
  files: number;
  inputs: number;
}
