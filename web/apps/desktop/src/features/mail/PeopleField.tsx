import { useLingui } from "@lingui/react/macro";
import type { Person } from "@rapport/api-client";
import { X } from "lucide-react";
import { useId, useState, type ClipboardEvent, type KeyboardEvent } from "react";
import { isAddress, joined, parsePeople, personText } from "./people.ts";
import classes from "./Mail.module.css";

interface Props {
  label: string;
  people: readonly Person[];
  /** Without it the field can only be read. */
  onChange?: (people: Person[]) => void;
}

/** Addresses as chips; what is no address is kept, in red, with words saying so. */
export function PeopleField({ label, people, onChange }: Props) {
  const { t } = useLingui();
  const noteId = useId();
  const [typed, setTyped] = useState("");
  const wrong = people.filter((person) => !isAddress(person.address)).map((person) => person.address);
  const list = wrong.join(", ");
  const take = (text: string) => {
    setTyped("");
    if (text.trim() !== "") onChange?.(joined(people, parsePeople(text)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === "," || event.key === ";") {
      event.preventDefault();
      take(typed);
    } else if (event.key === "Backspace" && typed === "" && people.length > 0) {
      onChange?.(people.slice(0, -1));
    }
  };
  const onPaste = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData("text/plain");
    if (!/[,;\n@]/.test(text)) return;
    event.preventDefault();
    take(typed + text);
  };
  return (
    <div className={classes.line}>
      <span className={classes.label} aria-hidden>{label}</span>
      <div className={classes.people} role="group" aria-label={label}>
        {people.map((person) => (
          <span key={person.address} className={classes.chip} data-wrong={!isAddress(person.address) || undefined} title={person.address}>
            {personText(person)}
            {onChange !== undefined && (
              <button type="button" aria-label={t`Remove ${person.address}`} onClick={() => onChange(people.filter((each) => each !== person))}>
                <X size={13} />
              </button>
            )}
          </span>
        ))}
        {onChange !== undefined && (
          <input
            className={classes.input}
            type="text"
            inputMode="email"
            autoComplete="off"
            spellCheck={false}
            aria-label={label}
            aria-invalid={wrong.length > 0}
            aria-describedby={wrong.length > 0 ? noteId : undefined}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            onKeyDown={onKeyDown}
            onPaste={onPaste}
            onBlur={() => take(typed)}
          />
        )}
        {wrong.length > 0 && (
          <small id={noteId} className={classes.wrong} role="alert">
            {t`Not an e-mail address: ${list}`}
          </small>
        )}
      </div>
    </div>
  );
}
