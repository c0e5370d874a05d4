import { afterEach, describe, expect, it, vi } from "vitest";
import { region } from "../src/shared/region.ts";
import { shortDate, timeOfDay } from "../src/shared/time.ts";

afterEach(() => vi.restoreAllMocks());

describe("days and times", () => {
  it.each([
    ["en", ["en-GB", "en"], "en-GB"],
    ["en", ["de-AT", "en-US"], "en-US"],
    ["de", ["en-US"], "de"],
    ["en", ["english"], "en"],
    // Not a language tag: Intl would throw.
    ["en", ["en-US@posix"], "en"],
    ["en", ["en-US@posix", "en-GB"], "en-GB"],
  ])("are written in %s by a browser of %s as in %s", (language, languages, expected) => {
    vi.spyOn(navigator, "languages", "get").mockReturnValue(languages);
    expect(region(language)).toBe(expected);
  });

  it("look as where the reader lives", () => {
    const at = new Date(2026, 10, 29, 14, 37).toISOString();
    const languages = vi.spyOn(navigator, "languages", "get");
    languages.mockReturnValue(["en-GB"]);
    expect([timeOfDay(at, "en"), shortDate(at, "en")]).toEqual(["14:37", "29 Nov 2026"]);
    languages.mockReturnValue(["en-US"]);
    expect([timeOfDay(at, "en").replace(/\s/, " "), shortDate(at, "en")]).toEqual(["2:37 PM", "Nov 29, 2026"]);
    languages.mockReturnValue(["de-DE"]);
    expect([timeOfDay(at, "de"), shortDate(at, "de")]).toEqual(["14:37", "29.11.2026"]);
  });
});
