import { Button, FileButton, Switch, Textarea } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { ApiError } from "@rapport/api-client";
import { useQueryClient } from "@tanstack/react-query";
import { Download, Upload } from "lucide-react";
import { useState } from "react";
import { useDesk } from "../../../shared/desk.ts";
import { useKinds } from "../data.ts";
import { DifferenceList } from "../DifferenceList.tsx";
import { fieldsOf } from "../forms/schema.ts";
import { refusalText } from "../forms/errors.ts";
import type { Difference } from "../forms/values.ts";
import admin from "../Admin.module.css";
import classes from "../history/Changes.module.css";

interface Applied {
  dry_run: boolean;
  changes: { action: "create" | "replace" | "delete"; kind: string; name: string; fields: Difference[] }[];
}

interface Fault {
  path: string;
  message: string;
  line: number | null;
}

const YAML = "application/yaml";

/** The whole configuration as a file: taken away, brought back, looked at before it is applied. */
export function DocumentPage() {
  const { t } = useLingui();
  const desk = useDesk();
  const client = useQueryClient();
  const [text, setText] = useState("");
  const [prune, setPrune] = useState(false);
  const [preview, setPreview] = useState<Applied | null>(null);
  const [done, setDone] = useState<Applied | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [waiting, setWaiting] = useState(false);

  const write = (next: string) => {
    setText(next);
    setPreview(null);
    setDone(null);
    setFailure(null);
  };
  const run = async (dry: boolean) => {
    setWaiting(true);
    setFailure(null);
    setDone(null);
    try {
      const answer = await desk.api.http.sendText<Applied>("PUT", `/config?dry_run=${dry}&prune=${prune}`, text, YAML);
      if (dry) setPreview(answer);
      else {
        setPreview(null);
        setDone(answer);
        await client.invalidateQueries({ queryKey: ["admin"] });
      }
    } catch (error) {
      setPreview(null);
      setFailure(error);
    } finally {
      setWaiting(false);
    }
  };
  const download = async () => {
    try {
      const yaml = await desk.api.http.getText("/config");
      const url = URL.createObjectURL(new Blob([yaml], { type: YAML }));
      const link = Object.assign(document.createElement("a"), { href: url, download: "rapport.yaml" });
      link.click();
      URL.revokeObjectURL(url);
    } catch (error) {
      setFailure(error);
    }
  };

  return (
    <div className={admin.page}>
      <div className={admin.form}>
        <header className={admin.head}>
          <div>
            <h2>
              <Trans>Import and export</Trans>
            </h2>
            <p>
              <Trans>Everything that is configured, as a YAML file: for keeping, comparing and moving.</Trans>
            </p>
          </div>
        </header>
        <section className={admin.card} aria-label={t`Export`}>
          <h3>
            <Trans>Export</Trans>
          </h3>
          <p className={admin.dialogText}>
            <Trans>References are by name. Passwords and secrets are never in the file.</Trans>
          </p>
          <Button variant="default" className={admin.start!} leftSection={<Download size={16} aria-hidden />} onClick={() => void download()}>
            <Trans>Download the configuration</Trans>
          </Button>
        </section>
        <section className={admin.card} aria-label={t`Import`}>
          <h3>
            <Trans>Import</Trans>
          </h3>
          <FileButton accept=".yaml,.yml,text/yaml" onChange={(file) => void file?.text().then(write)} inputProps={{ "aria-label": t`Choose a file` }}>
            {(props) => (
              <Button {...props} variant="default" className={admin.start!} leftSection={<Upload size={16} aria-hidden />}>
                <Trans>Choose a file</Trans>
              </Button>
            )}
          </FileButton>
          <Textarea
            label={t`YAML`}
            autosize
            minRows={6}
            maxRows={18}
            spellCheck={false}
            styles={{ input: { fontFamily: "ui-monospace, monospace", fontSize: 12.5 } }}
            value={text}
            onChange={(event) => write(event.currentTarget.value)}
          />
          <Switch label={t`Delete what the file does not name`} description={t`Only of the kinds that the file has, and never what is in use.`} checked={prune} onChange={(event) => (setPrune(event.currentTarget.checked), setPreview(null))} />
          <Faults failure={failure} />
          {preview !== null && <Preview applied={preview} />}
          <div role="status">{done !== null && t`Applied. Things changed: ${done.changes.length}`}</div>
        </section>
        <footer className={admin.bar}>
          <Button variant={preview === null ? "filled" : "default"} loading={waiting && preview === null} disabled={text.trim() === ""} onClick={() => void run(true)}>
            <Trans>Preview</Trans>
          </Button>
          <Button loading={waiting && preview !== null} disabled={preview === null || preview.changes.length === 0} onClick={() => void run(false)}>
            <Trans>Apply</Trans>
          </Button>
        </footer>
      </div>
    </div>
  );
}

function Preview({ applied }: { applied: Applied }) {
  const { t } = useLingui();
  const kinds = useKinds();
  const verbs = { create: t`will be created`, replace: t`will be changed`, delete: t`will be deleted` };
  const actions = { create: "created", replace: "replaced", delete: "deleted" } as const;
  if (applied.changes.length === 0) {
    return (
      <p role="status">
        <Trans>The configuration is like this already; nothing would change.</Trans>
      </p>
    );
  }
  return (
    <div role="group" aria-label={t`What would change`}>
      {applied.changes.map(({ action, kind, name, fields }) => {
        const schema = kinds.data?.find((each) => each.kind === kind)?.json_schema;
        return (
        <div key={`${kind}-${name}`} className={classes.thing} data-action={actions[action]}>
          <p>
            {kind} <b>{name}</b> <span className={classes.verb}>{verbs[action]}</span>
          </p>
          {action === "replace" && <DifferenceList fields={schema === undefined ? [] : fieldsOf(schema)} changed={fields} />}
        </div>
        );
      })}
    </div>
  );
}

function Faults({ failure }: { failure: unknown }) {
  const { t } = useLingui();
  if (failure === null) return null;
  const faults = failure instanceof ApiError ? ((failure.details["fields"] ?? []) as Fault[]) : [];
  return (
    <div role="alert" className={admin.failure}>
      {faults.length === 0 ? (
        <p>{refusalText(failure)}</p>
      ) : (
        <ul>
          {faults.slice(0, 20).map(({ path, message, line }, index) => (
            <li key={index}>
              {line !== null && <b>{t`Line ${line}`}: </b>}
              {path} {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
