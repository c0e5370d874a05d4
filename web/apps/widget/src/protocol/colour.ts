type Rgb = readonly number[];

/** Colours as CSS writes them. */
export interface Palette {
  accent: string;
  /** Text upon the accent. */
  onAccent: string;
  /** The accent, made readable as text upon the surface. */
  accentText: string;
}

const FALLBACK: Rgb = [0x1f, 0x5f, 0xbf];
const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
const READABLE = 4.5;
/** What red, green and blue add to relative luminance, as WCAG 2 defines it. */
const SHARES = [0.2126, 0.7152, 0.0722];

/** Builds a readable palette from any site colour, upon a light or dark surface (both `#rrggbb`). */
export function paletteFor(color: string, surface: string): Palette {
  const accent = parse(color) ?? FALLBACK;
  const ground = parse(surface) ?? WHITE;
  const onAccent = contrast(accent, WHITE) >= READABLE ? WHITE : BLACK;
  const towards = luminance(ground) > 0.5 ? BLACK : WHITE;
  let text = accent;
  for (let step = 1; step <= 20 && contrast(text, ground) < READABLE; step++) {
    text = accent.map((part, i) => Math.round(part + ((towards[i]! - part) * step) / 20));
  }
  return { accent: css(accent), onAccent: css(onAccent), accentText: css(text) };
}

function parse(color: string): Rgb | null {
  const hex = color.replace(/^#?(.)(.)(.)$/, "$1$1$2$2$3$3").match(/^#?([\da-f]{6})$/i)?.[1];
  const value = Number.parseInt(hex!, 16);
  return hex ? [value >> 16, (value >> 8) & 255, value & 255] : null;
}

function css(color: Rgb): string {
  return `rgb(${color})`;
}

function luminance(color: Rgb): number {
  return SHARES.reduce((sum, share, i) => {
    const c = color[i]! / 255;
    return sum + share * (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  }, 0);
}

export function contrast(a: Rgb, b: Rgb): number {
  const [x, y] = [luminance(a) + 0.05, luminance(b) + 0.05];
  return Math.max(x / y, y / x);
}
