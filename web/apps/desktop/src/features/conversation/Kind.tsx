import { useLingui } from "@lingui/react/macro";
import type { Content } from "@rapport/api-client";
import { ExternalLink, MapPin, ShoppingCart, UserRound } from "lucide-react";
import { Outside } from "../../shared/StyledText.tsx";
import { readContacts, readOrder, type OrderItem } from "./kinds.ts";
import classes from "./MessageBody.module.css";

/** The part of the text that the kind's own view does not show already. */
export function ownText(text: string, content: Content): string {
  if (content.kind === "location" && content.location !== null) return "";
  if (readContacts(content).length > 0) return "";
  const items = readOrder(content);
  return items.length === 0 ? text : text.split("\n").slice(0, -items.length).join("\n");
}

/** What a message is besides text, in a form that can be read. */
export function Kind({ content }: { content: Content }) {
  return (
    <>
      <Origin content={content} />
      {content.location !== null && <Place location={content.location} />}
      <Cards content={content} />
      <Order items={readOrder(content)} />
    </>
  );
}

/** A quiet line above: how the message came about. */
function Origin({ content }: { content: Content }) {
  const { t } = useLingui();
  const { kind, details, template } = content;
  const product = details?.["product"];
  const lines: string[] = [];
  if (details?.["forwarded"] === true) lines.push(t`Forwarded`);
  if (kind === "echo") lines.push(t`Sent from the page's inbox`);
  if (template !== null) lines.push(t`Approved template ${template.name}`);
  if (details?.["type"] === "nfm_reply") lines.push(t`Filled in a form`);
  else if (content.quick_reply !== null && content.quick_reply !== "") lines.push(t`Pressed a button`);
  if (kind === "sticker") lines.push(t`Sticker`);
  if (kind === "unsupported") lines.push(t`This kind of message can't be shown here`);
  if (typeof product === "object" && product !== null && "product_retailer_id" in product) {
    const { product_retailer_id: id } = product;
    lines.push(t`About product ${String(id)}`);
  }
  return lines.map((line) => (
    <span key={line} className={classes.origin}>
      {line}
    </span>
  ));
}

function Place({ location }: { location: NonNullable<Content["location"]> }) {
  const { t } = useLingui();
  const { latitude, longitude, name, address } = location;
  const where = `${latitude},${longitude}`;
  return (
    <span className={classes.card}>
      <MapPin size={18} aria-hidden />
      <span>
        <b>{name ?? t`Location`}</b>
        {address !== undefined && address !== null && <span>{address}</span>}
        <Outside url={`https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`}>
          {t`Open map`} <ExternalLink size={12} aria-hidden />
          <span className="visually-hidden"> {where}</span>
        </Outside>
      </span>
    </span>
  );
}

function Cards({ content }: { content: Content }) {
  const { t } = useLingui();
  return readContacts(content).map((card, index) => (
    <span key={index} className={classes.card}>
      <UserRound size={18} aria-hidden />
      <span>
        <b>{card.name === "" ? t`Contact` : card.name}</b>
        {[...card.phones, ...card.emails].map((line) => (
          <span key={line}>{line}</span>
        ))}
      </span>
    </span>
  ));
}

function Order({ items }: { items: readonly OrderItem[] }) {
  const { t, i18n } = useLingui();
  if (items.length === 0) return null;
  const price = ({ price: value, currency }: OrderItem) =>
    value === null ? "" : currency === null ? String(value) : new Intl.NumberFormat(i18n.locale, { style: "currency", currency }).format(value);
  return (
    <span className={classes.card}>
      <ShoppingCart size={18} aria-hidden />
      <table className={classes.order}>
        <caption>{t`Order`}</caption>
        <tbody>
          {items.map((item, index) => (
            <tr key={index}>
              <td>{item.quantity} ×</td>
              <th scope="row">{item.product}</th>
              <td>{price(item)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </span>
  );
}
