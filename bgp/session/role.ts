import { errorCode, openError } from "../iana.ts";
import { notification } from "../message/notification.ts";
import type { Open, OpenFault } from "../message/open.ts";
import { openAsn } from "../message/open.ts";
import type { Role, SessionConfig } from "./session-config.ts";

/** The roles by their numbers on the wire (RFC 9234 4.1). */
export const roles: readonly Role[] = ["provider", "rs", "rs-client", "customer", "peer"];

/** What the peer must be for each of our roles (RFC 9234 4.2, table 2). */
const counterpart: { readonly [R in Role]: Role } = {
  provider: "customer",
  customer: "provider",
  rs: "rs-client",
  "rs-client": "rs",
  peer: "peer",
};

/** The number of a role on the wire. */
export function roleCode(role: Role): number {
  return roles.indexOf(role);
}

/** What we hold against the roles in an OPEN: 2/11, or undefined. Roles are for eBGP: within an AS none is looked at. */
export function roleFault(open: Open, { role, strictRole, localAsn }: SessionConfig): OpenFault | undefined {
  if (role === undefined || openAsn(open) === localAsn) return undefined;
  const named = open.capabilities.roles;
  if (named.length === 0)
    return strictRole ? mismatch(`the peer names no role, ours is ${role} and strict`) : undefined;
  const said = named.map((code) => roles[code] ?? `role ${code}`).join(" and ");
  if (named.length > 1) return mismatch(`the peer names several roles: ${said}`);
  const right = counterpart[role];
  return said === right ? undefined : mismatch(`the peer is ${said}, our role ${role} needs a ${right}`);
}

function mismatch(why: string): OpenFault {
  return { notification: notification(errorCode.open, openError.roleMismatch), why };
}
