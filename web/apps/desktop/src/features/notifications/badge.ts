const ICON = "/static/desktop/icon.svg";
const SIZE = 64;
let shown = 0;
let icon: Promise<HTMLImageElement> | undefined;

/** How many things wait for the agent: in the title, on the tab's icon and on the installed app's. */
export function showCount(count: number): void {
  document.title = count === 0 ? "Rapport" : `(${count}) Rapport`;
  if (count === shown) return;
  shown = count;
  if ("setAppBadge" in navigator) {
    // Only an installed app has one; elsewhere it is refused.
    void (count === 0 ? navigator.clearAppBadge() : navigator.setAppBadge(count)).catch(() => undefined);
  }
  void paint(count);
}

async function paint(count: number): Promise<void> {
  const link = document.querySelector<HTMLLinkElement>("link[rel='icon']");
  if (link === null) return;
  if (count === 0) {
    link.href = ICON;
    return;
  }
  icon ??= loaded();
  const picture = await icon.catch(() => null);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  const context = canvas.getContext("2d");
  // A later count may have come while the picture loaded.
  if (picture === null || context === null || count !== shown) return;
  context.drawImage(picture, 0, 0, SIZE, SIZE);
  context.fillStyle = "#c92a2a";
  context.beginPath();
  context.arc(SIZE - 21, 21, 21, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = "#fff";
  context.font = "bold 32px sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(count > 9 ? "9+" : String(count), SIZE - 21, 23, 40);
  link.href = canvas.toDataURL("image/png");
}

function loaded(): Promise<HTMLImageElement> {
  const picture = new Image(SIZE, SIZE);
  picture.src = ICON;
  return picture.decode().then(() => picture);
}
