declare module "*.po" {
  import type { Messages } from "@lingui/core";
  export const messages: Messages;
}
declare module "virtual:emoji/*" {
  const rows: [emoji: string, label: string, words: string, names: string, group: number, skins: string | 0][];
  export default rows;
}
