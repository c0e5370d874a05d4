import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useEffect } from "react";
import { CopyField } from "../Copy.tsx";
import { randomText } from "../channels/guides.ts";
import type { Item } from "../types.ts";
import type { ItemFormModel } from "../useItemForm.ts";
import { Deliveries } from "./Deliveries.tsx";
import { EndpointCard } from "./EndpointCard.tsx";
import admin from "../Admin.module.css";

/** What a webhook has besides its fields: the signing secret, how it fares, what was delivered. */
export function WebhookExtras({ model, item }: { model: ItemFormModel; item: Item | null }) {
  return (
    <>
      <SecretCard model={model} item={item} />
      {item !== null && <EndpointCard item={item} dirty={model.dirty} />}
      {item !== null && <Deliveries endpointId={item.id} />}
    </>
  );
}

function SecretCard({ model, item }: { model: ItemFormModel; item: Item | null }) {
  const { t } = useLingui();
  const value = model.secrets["signing_secret"] ?? "";
  const written = item === null && String(model.form.spec["url"] ?? "") !== "";
  const { setSecret } = model;
  // Something new gets a secret once there is something to sign for.
  useEffect(() => {
    if (written && value === "") setSecret("signing_secret", randomText());
  }, [written, value, setSecret]);
  const set = item?.secrets?.includes("signing_secret") === true;
  return (
    <section className={admin.card} aria-label={t`Signing secret`}>
      <h3>
        <Trans>Signing secret</Trans>
      </h3>
      <p className={admin.lead}>
        <Trans>Every delivery is signed with it, so that the receiver knows that it comes from here.</Trans>
      </p>
      {value !== "" ? (
        <CopyField label={t`New secret`} help={t`Copy it now: once saved, it is never shown again.`} value={value} />
      ) : item === null ? (
        <p className={admin.dialogText}>
          <Trans>It is made when you enter the address.</Trans>
        </p>
      ) : (
        <p className={admin.dialogText}>
          {set ? t`A secret is set.` : t`There is no secret yet, so nothing is sent.`}{" "}
          <Button variant="default" size="compact-sm" onClick={() => model.setSecret("signing_secret", randomText())}>
            <Trans>Make a new one</Trans>
          </Button>
        </p>
      )}
    </section>
  );
}
