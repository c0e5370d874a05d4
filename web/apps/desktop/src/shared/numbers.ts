/** 87 %, or a dash where there is nothing to divide by. */
export function percent(share: number | null | undefined, locale: string): string {
  if (share === null || share === undefined) return "–";
  return new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 }).format(share);
}
