import type { ChannelType } from "@rapport/api-client";
import type { JsonSchema } from "./forms/schema.ts";

/** The values of a form, as JSON has them. */
export type Value = string | number | boolean | null | Value[] | { [name: string]: Value };
export type Spec = { [name: string]: Value };

/** Something configured, as the server sends it. */
export interface Item {
  id: number;
  kind: string;
  name: string;
  version: number;
  spec: Spec;
  /** Of channel accounts: the names of the secrets that are set; null if they can't be read. */
  secrets?: string[] | null;
}

export interface KindForm {
  kind: string;
  title: string;
  json_schema: JsonSchema;
  secrets: boolean;
}

/** What is sent to create or replace something. */
export interface Draft {
  name: string;
  spec: Spec;
  secrets?: Record<string, string | null>;
}

export interface SecretForm {
  name: string;
  title: string;
  help: string;
  required: boolean;
}

/** A channel that accounts can be connected on. */
export interface ChannelForm {
  channel: ChannelType;
  title: string;
  settings: JsonSchema;
  secrets: SecretForm[];
  subscription: string | null;
  webhook: string;
}

/** Why something can't be deleted. */
export interface UsedBy {
  kind: string;
  id: number;
  name: string;
  path: string;
}
