import { NativeSelect } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Link, Navigate, useNavigate, useParams } from "@tanstack/react-router";
import { useUser } from "../../shared/desk.ts";
import { administers, mayLook } from "../../shared/rights.ts";
import { areaOf, areas, groups, type Area } from "./areas.ts";
import { useFollowing, useKinds } from "./data.ts";
import { words } from "./forms/schema.ts";
import { ItemPage } from "./ItemPage.tsx";
import { ListPage } from "./ListPage.tsx";
import { OverviewPage } from "./OverviewPage.tsx";
import { tools } from "./tools.ts";
import type { KindForm } from "./types.ts";
import classes from "./Admin.module.css";

/** Everything that administrators set: areas at the left, the chosen one beside them. */
export function AdminPage() {
  const user = useUser();
  if (!administers(user)) return <NotAllowed />;
  return <Administration configures={mayLook(user, "configuration")} />;
}

function NotAllowed() {
  return (
    <div className={classes.page}>
      <p className={classes.empty}>
        <Trans>These pages are for administrators.</Trans>
      </p>
    </div>
  );
}

/** For somebody who may see other pages of the administration. */
function NoRight() {
  return (
    <div className={classes.page}>
      <p className={classes.empty}>
        <Trans>You have no right to see this page.</Trans>
      </p>
    </div>
  );
}

function Administration({ configures }: { configures: boolean }) {
  const { area, item } = useParams({ strict: false });
  const kinds = useKinds(configures);
  useFollowing();
  return (
    <div className={classes.admin}>
      <AreaNav current={area ?? ""} kinds={kinds.data ?? []} configures={configures} />
      <AreaView key={`${area}/${item}`} areaId={area} itemId={item} kinds={kinds.data} />
    </div>
  );
}

function AreaView({ areaId, itemId, kinds }: { areaId: string | undefined; itemId: string | undefined; kinds: KindForm[] | undefined }) {
  const user = useUser();
  const tool = tools.find(({ id }) => id === areaId);
  if (tool !== undefined) return mayLook(user, tool.right) ? <tool.Page itemId={itemId} /> : <NoRight />;
  if (!mayLook(user, "configuration")) return areaId === undefined ? <FirstTool /> : <NoRight />;
  if (areaId === undefined) return <OverviewPage />;
  if (kinds === undefined) return <div className={classes.page} aria-busy />;
  const area = areaOf(areaId) ?? otherArea(areaId, kinds);
  const form = kinds.find(({ kind }) => kind === area?.kind);
  if (area === undefined || form === undefined) {
    return (
      <div className={classes.page}>
        <p className={classes.empty}>
          <Trans>There is nothing at this address.</Trans>
        </p>
      </div>
    );
  }
  if (area.only !== undefined || itemId !== undefined) return <ItemPage area={area} form={form} itemId={itemId} />;
  return <ListPage area={area} />;
}

/** What somebody is shown first who may not see the configuration. */
function FirstTool() {
  const user = useUser();
  const tool = tools.find(({ right }) => mayLook(user, right));
  return tool === undefined ? <NotAllowed /> : <Navigate to="/admin/$area" params={{ area: tool.id }} replace />;
}

/** A kind that has no area of its own yet. */
function otherArea(id: string, kinds: readonly KindForm[]): Area | undefined {
  const found = kinds.find(({ kind }) => kind === id);
  if (found === undefined || areas.some(({ kind }) => kind === found.kind)) return undefined;
  const title = { id: words(found.kind), message: words(found.kind) };
  return { id, kind: id, group: "rules", title, one: { id: found.title, message: found.title }, lead: { id: " ", message: " " } };
}

function AreaNav({ current, kinds, configures }: { current: string; kinds: readonly KindForm[]; configures: boolean }) {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const user = useUser();
  const others = kinds.flatMap(({ kind }) => otherArea(kind, kinds) ?? []);
  const shown = configures ? (Object.keys(groups) as Area["group"][]) : [];
  const blocks = shown.map((group) => ({
    title: i18n._(groups[group]),
    entries: [...areas, ...others].filter((area) => area.group === group).map((area) => ({ id: area.id, title: i18n._(area.title) })),
  }));
  blocks.push({ title: t`Tools`, entries: tools.filter(({ right }) => mayLook(user, right)).map(({ id, title }) => ({ id, title: i18n._(title) })) });
  return (
    <>
      <nav className={classes.nav} aria-label={t`Administration`}>
        {configures && (
          <Link to="/admin" className={classes.area!} data-current={current === ""} aria-current={current === "" ? "page" : undefined}>
            <Trans>Overview</Trans>
          </Link>
        )}
        {blocks.map((block) => (
          <div key={block.title} role="group" aria-label={block.title}>
            <p className={classes.navGroup} aria-hidden>
              {block.title}
            </p>
            {block.entries.map(({ id, title }) => (
              <Link key={id} to="/admin/$area" params={{ area: id }} className={classes.area!} data-current={current === id} aria-current={current === id ? "page" : undefined}>
                {title}
              </Link>
            ))}
          </div>
        ))}
      </nav>
      <NativeSelect
        className={classes.narrow!}
        aria-label={t`Administration`}
        value={current}
        onChange={({ currentTarget: { value } }) => void (value === "" ? navigate({ to: "/admin" }) : navigate({ to: "/admin/$area", params: { area: value } }))}
        data={[...(configures ? [{ value: "", label: t`Overview` }] : []), ...blocks.map(({ title, entries }) => ({ group: title, items: entries.map(({ id, title: label }) => ({ value: id, label })) }))]}
      />
    </>
  );
}
