/** What TypeScript has to know of the elements in a view: types only. */
import type { Child, Component, Ref, VNode } from "./view";

type Plain = string | number | boolean | null;

/** The properties of an element that hold plain values, by the names and types of the DOM. */
type Properties<T> = {
  [K in keyof T as T[K] extends Plain ? K : never]?: T[K] | undefined;
};

type Handlers<T> = {
  [K in keyof GlobalEventHandlersEventMap as `on${K}`]?: (
    event: Omit<GlobalEventHandlersEventMap[K], "currentTarget"> & { currentTarget: T },
  ) => unknown;
};

interface Attributes<T> {
  key?: unknown;
  ref?: Ref<T | null>;
  class?: string | undefined;
  for?: string;
  children?: Child;
  [attribute: `aria-${string}`]: string | boolean | undefined;
}

type Html = {
  [K in keyof HTMLElementTagNameMap]: Properties<HTMLElementTagNameMap[K]> &
    Handlers<HTMLElementTagNameMap[K]> &
    Attributes<HTMLElementTagNameMap[K]>;
};

interface Svg {
  svg: { viewBox: string; "aria-hidden": "true"; children?: Child };
  path: { d: string };
}

declare global {
  namespace JSX {
    type Element = VNode;
    type ElementType = keyof IntrinsicElements | Component;
    interface ElementChildrenAttribute {
      children: unknown;
    }
    interface IntrinsicAttributes {
      key?: unknown;
    }
    interface IntrinsicElements extends Html, Svg {}
  }
}
