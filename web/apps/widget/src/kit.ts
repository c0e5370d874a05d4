/** What the parts that load on demand build upon: the panel's own copy of it. */
import type { PartScript } from "./host";
import type { Kit } from "./panel/parts";

export const { DOWN, Fragment, Icon, IconButton, h, keepFocus, part, useEffect, useRef, useState } = (
  document.currentScript as PartScript
).kit as Kit;
