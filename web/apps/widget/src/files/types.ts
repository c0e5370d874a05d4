/** Whether a file's type is on the list; entries are `image/png`, `image/*`, `.pdf` or `*`. */
export function typeAllowed(types: readonly string[], name: string, mediaType: string): boolean {
  if (!types.length) return true;
  const lower = name.toLowerCase();
  return types.some(
    (type) =>
      type === "*" ||
      type === "*/*" ||
      type === mediaType ||
      (type.endsWith("/*") && mediaType.startsWith(type.slice(0, -1))) ||
      (!type.includes("/") && lower.endsWith(type.startsWith(".") ? type : `.${type}`)),
  );
}
