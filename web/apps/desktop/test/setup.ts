import { i18n } from "@lingui/core";
import { cleanup } from "@testing-library/react";
import { afterEach, beforeEach } from "vitest";
import { messages } from "../src/locales/en.po";

beforeEach(() => {
  localStorage.clear();
  i18n.loadAndActivate({ locale: "en", messages });
});
afterEach(cleanup);
