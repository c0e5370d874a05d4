import type { Preferences } from "../preferences/preferences.ts";

const KEPT = 8;

/** Those used lately come first next time. */
export function noteUsed(preferences: Preferences, id: number): void {
  const { templates } = preferences.values.get();
  preferences.change({ templates: { ...templates, recent: [id, ...templates.recent.filter((each) => each !== id)].slice(0, KEPT) } });
}

export function flipFavourite(preferences: Preferences, id: number): void {
  const { templates } = preferences.values.get();
  const favourites = templates.favourites.includes(id) ? templates.favourites.filter((each) => each !== id) : [...templates.favourites, id];
  preferences.change({ templates: { ...templates, favourites } });
}
