/**
 * The widget's own small renderer: elements from functions, keyed lists, and the three hooks that the
 * widget needs. A change of any state draws the whole panel again; what has not changed leaves its
 * element alone, so focus, selection and scrolling stay.
 *
 * An element that is given again as the very same object is left alone with all that is in it; so none
 * of that may have state.
 *
 * Properties are the names of the DOM (`onclick`, `tabIndex`, `value`); what an element has no property
 * for becomes an attribute (`class`, `for`, `aria-…`), also when false.
 */

export type Child = VNode | string | number | boolean | null | undefined | readonly Child[];

/** Anything that is called with properties and answers what to show. */
export type Component<P = any> = (props: P) => Child;

export interface Ref<T> {
  current: T;
}

interface Slot {
  held?: unknown;
  undo?: (() => void) | undefined | void;
}

export interface VNode {
  /** A component, the name of an element, or "" for text. */
  readonly type: Component | string;
  readonly props: Record<string, unknown> & { children?: readonly Child[] };
  readonly key: unknown;
  kids?: Kid[];
  dom?: ChildNode;
  slots?: Slot[];
}

type Kid = VNode | null;
/** Where the next node goes: within `parent`, after `last`. */
interface Spot {
  parent: Node;
  last: Node | null;
}

let slots: Slot[] = [];
let at = 0;
let effects: (() => void)[] = [];
let redraw = (): void => {};

export function h(type: Component | string, props: object | null, ...children: Child[]): VNode {
  return { type, props: { ...props, children }, key: (props as { key?: unknown } | null)?.key };
}

export function Fragment({ children }: { children?: Child }): Child {
  return children;
}

function slot(): Slot {
  return (slots[at++] ??= {});
}

/** State that draws again when it becomes another; a function is given what is held. */
export function useState<T>(initial: T | (() => T)): [T, (next: T | ((held: T) => T)) => void] {
  const own = slot();
  const get = (value: unknown) => (typeof value === "function" ? value(own.held) : value) as T;
  if (!("held" in own)) own.held = get(initial);
  return [
    own.held as T,
    (next) => {
      if (own.held !== (own.held = get(next))) redraw();
    },
  ];
}

export function useRef<T>(initial: T): Ref<T> {
  return (slot().held ??= { current: initial }) as Ref<T>;
}

/**
 * Runs after the panel was drawn, when one of `given` is another than before, or always. What it
 * answers runs before the next time, and when the component goes. Outer components come first.
 */
export function useEffect(run: () => (() => void) | void, given?: readonly unknown[]): void {
  const own = slot();
  const before = own.held as readonly unknown[] | undefined;
  if (given && before && given.every((value, i) => value === before[i])) return;
  own.held = given;
  effects.push(() => {
    own.undo?.();
    own.undo = run();
  });
}

/** Shows a view within an element, and answers what draws it again. */
export function mount(view: () => Child, parent: Node): () => void {
  let kids: Kid[] = [];
  let busy = false;
  let stale = false;
  const draw = (): void => {
    stale = true;
    // Asked for by an effect: drawn again when all effects have run.
    if (busy) return;
    busy = true;
    try {
      // An effect that is never content must not hang the page of a shop.
      for (let turn = 0; stale && turn < 50; turn++) {
        stale = false;
        kids = place({ parent, last: null }, kids, [view()]);
        for (const effect of effects.splice(0)) effect();
      }
    } finally {
      busy = stale = false;
    }
  };
  redraw = () => {
    stale = true;
    queueMicrotask(() => stale && draw());
  };
  return draw;
}

function toKid(child: Child): Kid {
  if (child == null || typeof child === "boolean") return null;
  if (Array.isArray(child)) return h(Fragment, null, ...(child as Child[]));
  return typeof child === "object" ? (child as VNode) : h("", { data: `${child}` });
}

function place(spot: Spot, olds: readonly Kid[], children: readonly Child[]): Kid[] {
  const kids = children.map(toKid);
  const left = new Set(olds);
  const matches = kids.map((kid, i) => {
    const same = (old: Kid | undefined): boolean =>
      !!old && !!kid && old.type === kid.type && old.key === kid.key;
    const old = same(olds[i]) ? olds[i] : kid?.key == null ? null : olds.find(same);
    left.delete(old!);
    return old;
  });
  left.forEach(drop);
  kids.forEach((kid, i) => kid && show(spot, matches[i], kid));
  return kids;
}

function show(spot: Spot, old: Kid | undefined, kid: VNode): void {
  const { type, props } = kid;
  const oldKids = old?.kids ?? [];
  if (typeof type === "function") {
    slots = kid.slots = old?.slots ?? [];
    at = 0;
    kid.kids = place(spot, oldKids, [type(props)].flat() as Child[]);
    return;
  }
  const dom = (kid.dom = old?.dom ?? create(type)) as Dom;
  // The very same as before was kept by who draws it, with all that is in it.
  if (kid !== old) fill(dom, kid, oldKids, old?.props ?? {});
  const next: Node | null = spot.last ? spot.last.nextSibling : spot.parent.firstChild;
  if (dom !== next) spot.parent.insertBefore(dom, next);
  spot.last = dom;
}

type Dom = ChildNode & Record<string, unknown>;

function fill(dom: Dom, kid: VNode, oldKids: Kid[], before: Record<string, unknown>): void {
  const { props } = kid;
  kid.kids = place({ parent: dom, last: null }, oldKids, props.children!);
  for (const name in { ...before, ...props }) {
    const value = props[name];
    // What is typed changes a value behind our back.
    if (name === "children" || name === "key" || value === (name === "value" ? dom : before)[name]) continue;
    if (name === "ref") (value as Ref<Node>).current = dom;
    // What a handler answers would decide whether the browser goes on.
    else if (typeof value === "function") dom[name] = (event: Event) => void value(event);
    else if (name in dom && !(dom instanceof SVGElement)) dom[name] = value ?? "";
    else if (value == null) (dom as unknown as Element).removeAttribute(name);
    else (dom as unknown as Element).setAttribute(name, value as string);
  }
}

function create(type: string): ChildNode {
  if (!type) return new Text();
  return /^(svg|path)$/.test(type)
    ? document.createElementNS("http://www.w3.org/2000/svg", type)
    : document.createElement(type);
}

function drop(kid: Kid): void {
  kid?.slots?.forEach(({ undo }) => undo?.());
  kid?.kids?.forEach(drop);
  kid?.dom?.remove();
}
