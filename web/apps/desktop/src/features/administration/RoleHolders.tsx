import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { useItems } from "./data.ts";
import type { Item } from "./types.ts";
import classes from "./Admin.module.css";

/** Who has a role. */
export function RoleHolders({ item }: { item: Item }) {
  const users = useItems("users").data;
  if (users === undefined) return null;
  const holders = users.filter(({ spec }) => Array.isArray(spec["custom_roles"]) && spec["custom_roles"].includes(item.id));
  return (
    <section className={classes.card} aria-labelledby="role-holders">
      <h3 id="role-holders">
        <Trans>Who has this role</Trans>
      </h3>
      {holders.length === 0 ? (
        <p className={classes.lead}>
          <Trans>Nobody yet. Give it to somebody on their page under “Users”.</Trans>
        </p>
      ) : (
        <ul className={classes.users}>
          {holders.map(({ id, name }) => (
            <li key={id}>
              <Link to="/admin/$area/$item" params={{ area: "users", item: String(id) }}>
                {name}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
