import { type Host, provide } from "../host";
import { h, useEffect, useRef, useState } from "../kit";
import type { ChatClient } from "../protocol/client";
import type { FormField, Site } from "../protocol/frames";
import type { ChatState } from "../protocol/state";
import { countCharacters } from "../protocol/text";
import { formTexts } from "../texts/en";
import type { Say } from "../texts/say";
import type { Child } from "../view/view";
import fields from "./field.css?inline";
import css from "./form.css?inline";

interface Props {
  host: Host;
  client: ChatClient;
  state: ChatState;
  site: Site;
  say: Say;
}

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const QUESTION = "text";

/** Asks what the site wants to know, and for the first message. */
export function PreChat({ host, client, state, site, say }: Props) {
  const [values, setValues] = useState<Record<string, string>>(
    state.carriedText ? { [QUESTION]: state.carriedText } : {},
  );
  const [problems, setProblems] = useState<Record<string, string>>({});
  const form = useRef<HTMLFormElement | null>(null);
  const refused = state.startRefused;
  const busy = state.pending.some(({ request }) => request.type === "start");

  useEffect(() => {
    const found = refused?.details?.fields ?? [];
    if (refused) {
      setProblems(Object.fromEntries(found.map(({ path, message }) => [lastPart(path), message])));
    }
  }, [refused]);
  useEffect(() => {
    form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [problems]);

  /** What was typed, else what the page knows. */
  const valueOf = (name: string) => values[name] ?? `${host.prefill[name] ?? ""}`;

  function problemOf({ name, required, kind }: FormField): string {
    const value = valueOf(name).trim();
    if (!value) return required ? say("missing") : "";
    return kind === "email" && !EMAIL.test(value) ? say("badEmail") : "";
  }

  function submit(event: Event): void {
    event.preventDefault();
    if (busy) return;
    const found: Record<string, string> = {};
    const answers: Record<string, string> = {};
    for (const field of site.fields) {
      const problem = problemOf(field);
      if (problem) found[field.name] = problem;
      const value = valueOf(field.name).trim();
      if (value) answers[field.name] = value;
    }
    const text = valueOf(QUESTION).trim();
    const excess = countCharacters(text) - site.max_chars;
    if (excess > 0) found[QUESTION] = say("tooLong", { n: excess });
    setProblems(found);
    if (!Object.keys(found).length) client.start(answers, text);
  }

  const bind = (name: string) => ({
    id: `f-${name}`,
    name,
    value: valueOf(name),
    "aria-invalid": Boolean(problems[name]),
    "aria-describedby": problems[name] ? `p-${name}` : undefined,
    oninput: ({ currentTarget: { value } }: { currentTarget: { value: string } }) =>
      setValues((held) => ({ ...held, [name]: value })),
  });

  const field = (name: string, label: string, required: boolean, input: Child) => (
    <div class="field" key={name}>
      <label for={`f-${name}`}>
        {label}
        {!required && <small> ({say("optional")})</small>}
      </label>
      {input}
      {problems[name] && (
        <p class="problem" id={`p-${name}`}>
          {problems[name]}
        </p>
      )}
    </div>
  );

  return (
    <form class="form" ref={form} noValidate onsubmit={submit}>
      {site.greeting && <p class="greeting">{site.greeting}</p>}
      {site.fields.map(({ name, label, required, kind, options }) =>
        field(
          name,
          label,
          required,
          kind === "select" ? (
            <select {...bind(name)} required={required}>
              <option value="">{say("choose")}</option>
              {options?.map((option) => <option key={option}>{option}</option>)}
            </select>
          ) : (
            <input
              {...bind(name)}
              type={kind === "email" ? "email" : "text"}
              required={required}
              autocomplete={name === "name" || name === "email" ? name : "off"}
            />
          ),
        ),
      )}
      {field(QUESTION, say("question"), false, <textarea {...bind(QUESTION)} rows={3} />)}
      {refused && !refused.details?.fields?.length && (
        <p class="problem" role="alert">
          {say("startFailed", { reason: refused.message })}
        </p>
      )}
      <button type="submit" class="primary" aria-disabled={busy}>
        {say(busy ? "starting" : "startChat")}
      </button>
    </form>
  );
}

function lastPart(path: string): string {
  return path.split(".").at(-1) ?? path;
}

provide({ PreChat, css: fields + css, texts: formTexts });
