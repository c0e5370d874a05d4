import { Component, createRef, h, type VNode } from "preact";
import type { ChatClient, ChatState } from "../protocol/client";
import type { FormField, Site } from "../protocol/frames";
import { countCharacters } from "../protocol/text";
import type { Say } from "../texts/say";

interface Props {
  client: ChatClient;
  state: ChatState;
  site: Site;
  say: Say;
}

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const QUESTION = "text";

interface Local {
  values: Record<string, string>;
  problems: Record<string, string>;
}

/** Asks what the site wants to know, and for the first message. */
export class PreChat extends Component<Props, Local> {
  override state: Local = { values: { [QUESTION]: this.props.state.carriedText }, problems: {} };
  #form = createRef<HTMLFormElement>();

  override componentDidUpdate(before: Props, { problems }: Local): void {
    const refused = this.props.state.startRefused;
    if (refused && refused !== before.state.startRefused) {
      const found = refused.details?.fields ?? [];
      this.setState({
        problems: Object.fromEntries(found.map(({ path, message }) => [lastPart(path), message])),
      });
    }
    if (problems !== this.state.problems) {
      this.#form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
    }
  }

  #value(name: string): string {
    return (this.state.values[name] ?? "").trim();
  }

  #problemOf(field: FormField): string {
    const { say } = this.props;
    const value = this.#value(field.name);
    if (!value) return field.required ? say("missing") : "";
    return field.kind === "email" && !EMAIL.test(value) ? say("badEmail") : "";
  }

  #busy(): boolean {
    return this.props.state.pending.some(({ request }) => request.type === "start");
  }

  #submit = (event: Event): void => {
    const { client, site, say } = this.props;
    event.preventDefault();
    if (this.#busy()) return;
    const problems: Record<string, string> = {};
    const answers: Record<string, string> = {};
    for (const field of site.fields) {
      const problem = this.#problemOf(field);
      if (problem) problems[field.name] = problem;
      const value = this.#value(field.name);
      if (value) answers[field.name] = value;
    }
    const text = this.#value(QUESTION);
    const excess = countCharacters(text) - site.max_chars;
    if (excess > 0) problems[QUESTION] = say("tooLong", { n: excess });
    this.setState({ problems });
    if (!Object.keys(problems).length) client.start(answers, text);
  };

  #bind(name: string) {
    const { values, problems } = this.state;
    return {
      id: `f-${name}`,
      name,
      value: values[name] ?? "",
      "aria-invalid": Boolean(problems[name]),
      "aria-describedby": problems[name] ? `p-${name}` : undefined,
      onInput: (event: { currentTarget: { value: string } }) =>
        this.setState({ values: { ...values, [name]: event.currentTarget.value } }),
    };
  }

  #field(name: string, label: string, required: boolean, input: VNode) {
    const problem = this.state.problems[name];
    return (
      <div class="field" key={name}>
        <label for={`f-${name}`}>
          {label}
          {!required && <small> ({this.props.say("optional")})</small>}
        </label>
        {input}
        {problem && (
          <p class="problem" id={`p-${name}`}>
            {problem}
          </p>
        )}
      </div>
    );
  }

  override render() {
    const { state, site, say } = this.props;
    const refused = state.startRefused;
    return (
      <form class="form" ref={this.#form} noValidate onSubmit={this.#submit}>
        {site.greeting && <p class="greeting">{site.greeting}</p>}
        {site.fields.map(({ name, label, required, kind, options }) =>
          this.#field(
            name,
            label,
            required,
            kind === "select" ? (
              <select {...this.#bind(name)} required={required}>
                <option value="">{say("choose")}</option>
                {options?.map((option) => (
                  <option key={option}>{option}</option>
                ))}
              </select>
            ) : (
              <input
                {...this.#bind(name)}
                type={kind === "email" ? "email" : "text"}
                list={undefined}
                required={required}
                autocomplete={name === "name" || name === "email" ? name : "off"}
              />
            ),
          ),
        )}
        {this.#field(
          QUESTION,
          say("question"),
          false,
          <textarea {...this.#bind(QUESTION)} rows={3} />,
        )}
        {refused && !refused.details?.fields?.length && (
          <p class="problem" role="alert">
            {say("startFailed", { reason: refused.message })}
          </p>
        )}
        <button type="submit" class="primary" aria-disabled={this.#busy()}>
          {say(this.#busy() ? "starting" : "startChat")}
        </button>
      </form>
    );
  }
}

function lastPart(path: string): string {
  return path.split(".").at(-1) ?? path;
}
