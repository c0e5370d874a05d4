type Rgb = readonly [number, number, number];

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

/** Builds a readable palette from any site colour, upon a light or dark surface (both `#rrggbb`). */
export function paletteFor(color: string, surface: string): Palette {
  const accent = parse(color) ?? FALLBACK;
  const ground = parse(surface) ?? WHITE;
  const onAccent = contrast(accent, WHITE) >= READABLE ? WHITE : BLACK;
  const towards = luminance(ground) > 0.5 ? BLACK : WHITE;
  let text = accent;
  for (let step = 1; step <= 20 && contrast(text, ground) < READABLE; step++) {
    text = mix(accent, towards, step / 20);
  }
  return { accent: css(accent), onAccent: css(onAccent), accentText: css(text) };
}

function parse(color: string): Rgb | null {
  let hex = color.replace(/^#/, "");
  if (hex.length === 3) hex = hex.replace(/./g, "$&$&");
  if (!/^[\da-f]{6}$/i.test(hex)) return null;
  const value = Number.parseInt(hex, 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function css(color: Rgb): string {
  return `#${color.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  const part = (i: 0 | 1 | 2) => a[i] + (b[i] - a[i]) * share;
  return [part(0), part(1), part(2)];
}

/** Relative luminance, as WCAG 2 defines it. */
function luminance(color: Rgb): number {
  const [r, g, b] = color.map((part) => {
    const c = part / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(a: Rgb, b: Rgb): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}
