import { ActionIcon, Button, Menu, Popover, TextInput } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import type { StyleKind } from "@rapport/api-client";
import { safeUrl } from "@rapport/rich-text";
import { Check, Link, Palette } from "lucide-react";
import { useState, type FormEvent } from "react";
import { Tip } from "../../shared/Tip.tsx";
import classes from "./FormatBar.module.css";

interface Props {
  active: ReadonlySet<StyleKind>;
  onToggle: (kind: StyleKind) => void;
  onLink: (url: string) => void;
}

/** What a mail can have besides: colours of the letters, and links. */
export function MailStyles({ active, onToggle, onLink }: Props) {
  const { t } = useLingui();
  const [asking, setAsking] = useState(false);
  const [address, setAddress] = useState("");
  const colours: [StyleKind, string][] = [
    ["red", t`Red`],
    ["orange", t`Orange`],
    ["green", t`Green`],
    ["blue", t`Blue`],
  ];
  const url = safeUrl(/^[a-z]+:/i.test(address) || address === "" ? address : `https://${address}`);
  const link = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (url === null) return;
    setAsking(false);
    setAddress("");
    onLink(url);
  };
  const choose = (kind: StyleKind) => {
    for (const [other] of colours) if (other !== kind && active.has(other)) onToggle(other);
    onToggle(kind);
  };
  const icon = { variant: "subtle", color: "gray", size: 30 } as const;
  return (
    <>
      <Menu position="top-start" shadow="md" returnFocus={false}>
        <Menu.Target>
          <ActionIcon {...icon} aria-label={t`Colour of the letters`} title={t`Colour of the letters`} onMouseDown={(event) => event.preventDefault()}>
            <Palette size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {colours.map(([kind, name]) => (
            <Menu.Item key={kind} leftSection={<span className={classes.colour} data-colour={kind} />} rightSection={active.has(kind) ? <Check size={14} /> : null} onClick={() => choose(kind)}>
              {name}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Popover opened={asking} onChange={setAsking} position="top-start" shadow="md" trapFocus>
        <Popover.Target>
          <Tip label={t`Link`}>
            <ActionIcon {...icon} aria-label={t`Link`} aria-expanded={asking} onMouseDown={(event) => event.preventDefault()} onClick={() => setAsking(!asking)}>
              <Link size={16} />
            </ActionIcon>
          </Tip>
        </Popover.Target>
        <Popover.Dropdown aria-label={t`Link`}>
          <form onSubmit={link} className={classes.link}>
            <TextInput size="xs" data-autofocus aria-label={t`Address of the link`} placeholder="https://shop.example" value={address} onChange={({ currentTarget: { value } }) => setAddress(value)} />
            <Button size="xs" type="submit" disabled={url === null || address === ""}>{t`Insert`}</Button>
          </form>
        </Popover.Dropdown>
      </Popover>
    </>
  );
}
