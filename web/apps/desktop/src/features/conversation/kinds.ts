import type { Content } from "@rapport/api-client";

export interface OrderItem {
  product: string;
  quantity: number;
  price: number | null;
  currency: string | null;
}
export interface ContactCard {
  name: string;
  phones: string[];
  emails: string[];
}

/** `details` come from a provider: every field may be missing or of another type. */
export function readOrder(content: Content): OrderItem[] {
  if (content.kind !== "order") return [];
  return records(content.details?.["items"]).map((item) => {
    const price = Number(item["price"]);
    const currency = item["currency"];
    return {
      product: word(item["product"]) || "?",
      quantity: Number(item["quantity"]) || 1,
      price: item["price"] === undefined || Number.isNaN(price) ? null : price,
      currency: typeof currency === "string" && /^[A-Za-z]{3}$/.test(currency) ? currency : null,
    };
  });
}

export function readContacts(content: Content): ContactCard[] {
  if (content.kind !== "contacts") return [];
  return records(content.details?.["contacts"]).map((card) => ({
    name: word(card["name"]),
    phones: words(card["phones"]),
    emails: words(card["emails"]),
  }));
}

function records(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter((each): each is Record<string, unknown> => typeof each === "object" && each !== null) : [];
}
function word(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
function words(value: unknown): string[] {
  return Array.isArray(value) ? value.map(word).filter(Boolean) : [];
}
