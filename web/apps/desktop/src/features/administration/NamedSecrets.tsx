import { Button, PasswordInput, TextInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useState, type ReactNode } from "react";
import type { Item } from "./types.ts";
import type { ItemFormModel } from "./useItemForm.ts";
import classes from "./Admin.module.css";

/** As the server takes them (`configuration/administration.py`). */
const NAME = /^[a-z][a-z0-9_]{0,39}$/;

interface Props {
  model: ItemFormModel;
  item: Item | null;
  /** Those that are asked for in any case, by name. */
  known: readonly string[];
  /** Whether others may be added. */
  open: boolean;
  about: ReactNode;
}

/** Secrets by name: given, replaced and taken away, never read. They are saved with the rest. */
export function NamedSecrets({ model, item, known, open, about }: Props) {
  const { t } = useLingui();
  const [name, setName] = useState("");
  const stored = item?.secrets ?? [];
  const names = [...new Set([...known, ...stored, ...Object.keys(model.secrets)])];
  const fits = NAME.test(name) && !names.includes(name);
  const add = () => {
    model.setSecret(name, "");
    setName("");
  };
  return (
    <section className={classes.card} aria-labelledby="named-secrets">
      <h3 id="named-secrets">
        <Trans>Secrets</Trans>
      </h3>
      <p className={classes.lead}>{about}</p>
      {names.map((each) => {
        const removed = model.secrets[each] === null;
        const set = stored.includes(each);
        return (
          <div key={each} className={classes.secret}>
            <PasswordInput
              label={each}
              className={classes.nameField!}
              autoComplete="off"
              error={model.form.errors.get(`secrets.${each}`)}
              placeholder={removed ? t`Is taken away when you save.` : set ? t`Set. Leave empty to keep it.` : ""}
              value={model.secrets[each] ?? ""}
              onChange={({ currentTarget: { value } }) => model.setSecret(each, value === "" && (set || known.includes(each)) ? undefined : value)}
              visibilityToggleButtonProps={{ "aria-label": t`Show: ${each}` }}
            />
            {set && !removed && (
              <Button variant="default" aria-label={t`Remove: ${each}`} onClick={() => model.setSecret(each, null)}>
                <Trans>Remove</Trans>
              </Button>
            )}
            {removed && (
              <Button variant="default" aria-label={t`Keep: ${each}`} onClick={() => model.setSecret(each, undefined)}>
                <Trans>Keep</Trans>
              </Button>
            )}
            {!set && !known.includes(each) && (
              <Button variant="default" aria-label={t`Remove: ${each}`} onClick={() => model.setSecret(each, undefined)}>
                <Trans>Remove</Trans>
              </Button>
            )}
          </div>
        );
      })}
      {open && (
        <div className={classes.secret}>
          <TextInput
            label={t`Another secret`}
            description={t`Its name: small letters, digits and _.`}
            className={classes.nameField!}
            autoComplete="off"
            spellCheck={false}
            maxLength={40}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter") return;
              event.preventDefault();
              if (fits) add();
            }}
          />
          <Button variant="default" disabled={!fits} onClick={add}>
            <Trans>Add</Trans>
          </Button>
        </div>
      )}
    </section>
  );
}
