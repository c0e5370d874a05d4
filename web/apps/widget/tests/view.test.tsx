// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from "vitest";
import { type Child, Fragment, h, mount, useEffect, useRef, useState } from "../src/view/view";

let box: HTMLElement;
beforeEach(() => {
  box = document.createElement("div");
  document.body.replaceChildren(box);
});

/** Shows what `view` answers; what is answered shows something else. */
function show(first: () => Child): (next: () => Child) => void {
  let view = first;
  const draw = mount(() => view(), box);
  draw();
  return (next) => {
    view = next;
    draw();
  };
}

const find = (selector: string) => box.querySelector<HTMLElement>(selector)!;
const settled = () => new Promise((resolve) => setTimeout(resolve));

describe("elements", () => {
  it("stay what they are while their content changes", () => {
    const next = show(() => <p class="a">one {1}</p>);
    const before = find("p");
    next(() => <p class="b">two {2}</p>);
    expect(find("p")).toBe(before);
    expect(box.innerHTML).toBe('<p class="b">two 2</p>');
  });

  it("come and go without touching those beside them", () => {
    const view = (on: boolean) => () => (
      <>
        {on && <i>new</i>}
        {[on && "text", on ? <u /> : null]}
        <input />
        {on ? <b /> : <s />}
      </>
    );
    const next = show(view(false));
    const input = find("input");
    input.focus();
    next(view(true));
    expect(box.innerHTML).toBe("<i>new</i>text<u></u><input><b></b>");
    expect(find("input")).toBe(input);
    expect(document.activeElement).toBe(input);
    next(view(false));
    expect(box.innerHTML).toBe("<input><s></s>");
    expect(document.activeElement).toBe(input);
  });

  it("of a list are told by their keys", () => {
    const view = (keys: number[]) => () => (
      <>
        {keys.map((key) => (
          <Item key={key} n={key} />
        ))}
        <hr />
      </>
    );
    function Item({ n }: { n: number }) {
      const first = useRef(n);
      return [<b id={`b${n}`}>{n}</b>, `of ${first.current} `];
    }
    const next = show(view([3, 4, 5]));
    const four = find("#b4");
    for (const keys of [[1, 2, 3, 4, 5], [2, 4], [4, 2], [7, 4, 1, 2], [4]]) {
      next(view(keys));
      expect(box.textContent).toBe(keys.map((key) => `${key}of ${key} `).join(""));
      expect(find("#b4")).toBe(four);
      expect(box.lastElementChild!.tagName).toBe("HR");
    }
  });

  it("have properties where the DOM has them, and attributes else", () => {
    const next = show(() => (
      <label for="x" aria-hidden={false} tabIndex={3} hidden aria-label="l">
        <svg viewBox="0 0 1 1" aria-hidden="true">
          <path d="m0 0" />
        </svg>
      </label>
    ));
    const label = find("label");
    expect(label.getAttribute("aria-hidden")).toBe("false");
    expect(label.getAttribute("for")).toBe("x");
    expect([label.tabIndex, label.hidden]).toEqual([3, true]);
    expect(find("svg").getAttribute("viewBox")).toBe("0 0 1 1");
    expect(find("path").namespaceURI).toBe("http://www.w3.org/2000/svg");
    next(() => <label hidden={false} />);
    expect(label.hasAttribute("aria-label")).toBe(false);
    expect([label.hidden, label.childNodes.length]).toEqual([false, 0]);
  });

  it("show the given value over what was typed", () => {
    const view = (value: string) => () => (
      <>
        <input value={value} />
        <select value={value}>
          <option value="" />
          <option>a</option>
          <option>b</option>
        </select>
      </>
    );
    const next = show(view("b"));
    const [input, select] = [find("input") as HTMLInputElement, find("select") as HTMLSelectElement];
    expect([input.value, select.value]).toEqual(["b", "b"]);
    input.value = "typed";
    next(view("b"));
    expect(input.value).toBe("b");
    next(view(""));
    expect([input.value, select.value]).toEqual(["", ""]);
  });

  it("that are the very same object are not drawn again, and stay in their place", () => {
    let drawn = 0;
    const Costly = () => `drawn ${++drawn}`;
    const kept = (
      <p>
        <Costly />
      </p>
    );
    const next = show(() => [<i />, kept]);
    next(() => [null, kept, <b />]);
    next(() => [<u />, kept, null]);
    expect(box.innerHTML).toBe("<u></u><p>drawn 1</p>");
    next(() => null);
    expect(box.innerHTML).toBe("");
  });

  it("call the newest handler, once", () => {
    const calls: number[] = [];
    const view = (n: number) => () => <button type="button" onclick={() => calls.push(n)} />;
    const next = show(view(1));
    find("button").click();
    next(view(2));
    find("button").click();
    next(() => <button type="button" />);
    find("button").click();
    expect(calls).toEqual([1, 2]);
  });

  it("go on with what the browser does, whatever a handler answers", () => {
    show(() => <input type="checkbox" onclick={() => false} />);
    find("input").click();
    expect((find("input") as HTMLInputElement).checked).toBe(true);
  });
});

describe("state", () => {
  it("draws again, once for all that changed at once", async () => {
    let drawn = 0;
    function Counter() {
      const [n, setN] = useState(() => 1);
      drawn++;
      return (
        <button
          type="button"
          onclick={() => {
            setN(n + 1);
            setN((held) => held + 1);
          }}
        >
          {n}
        </button>
      );
    }
    show(() => <Counter />);
    find("button").click();
    await settled();
    expect(box.textContent).toBe("3");
    expect(drawn).toBe(2);
  });

  it("is forgotten when a component goes", () => {
    function Held({ n }: { n: number }) {
      return useState(n)[0];
    }
    const view = (n: number) => () => n > 0 && <Held n={n} />;
    const next = show(view(1));
    next(view(2));
    expect(box.textContent).toBe("1");
    next(view(0));
    next(view(3));
    expect(box.textContent).toBe("3");
  });

  it("that an effect sets is drawn at once", () => {
    function Late() {
      const [ready, setReady] = useState(false);
      useEffect(() => setReady(true));
      return ready ? "ready" : "not yet";
    }
    show(() => <Late />);
    expect(box.textContent).toBe("ready");
  });

  it("that never rests does not hang the page", () => {
    function Restless() {
      const [n, setN] = useState({});
      useEffect(() => setN({}));
      return n ? "here" : "";
    }
    show(() => <Restless />);
    expect(box.textContent).toBe("here");
  });
});

describe("effects", () => {
  it("run when what they were given changes, outer ones first, and are undone", () => {
    const log: string[] = [];
    function Part({ name, n, children }: { name: string; n: number; children?: Child }) {
      useEffect(() => {
        log.push(`${name}${n}`);
        return () => void log.push(`-${name}${n}`);
      }, [n]);
      return <div>{children}</div>;
    }
    const view = (n: number) => () => (
      <Part name="out" n={1}>
        {n > 0 && <Part name="in" n={n} />}
      </Part>
    );
    const next = show(view(1));
    next(view(1));
    next(view(2));
    next(view(0));
    next(() => null);
    expect(log).toEqual(["out1", "in1", "-in1", "in2", "-in2", "-out1"]);
    expect(box.childNodes.length).toBe(0);
  });

  it("find the elements in place", () => {
    function Focused() {
      const input = useRef<HTMLInputElement | null>(null);
      useEffect(() => input.current?.focus(), []);
      return <input ref={input} />;
    }
    show(() => <Focused />);
    expect(document.activeElement).toBe(find("input"));
  });
});
