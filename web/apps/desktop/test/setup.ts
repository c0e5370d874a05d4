import { i18n } from "@lingui/core";
import { cleanup } from "@testing-library/react";
import { afterEach, beforeEach } from "vitest";
import { messages as administration } from "../src/locales/administration/en.po";
import { messages } from "../src/locales/en.po";
import { messages as supervision } from "../src/locales/supervision/en.po";

beforeEach(() => {
  localStorage.clear();
  i18n.loadAndActivate({ locale: "en", messages: { ...messages, ...supervision, ...administration } });
});
afterEach(cleanup);
