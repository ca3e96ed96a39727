import { asNumberOf } from "../../datastore/model/as-number.ts";
import type { Node } from "../../datastore/model/node.ts";
import { sameAddress } from "../../net/address.ts";
import { formatPrefix, type Prefix, parsePrefix } from "../../net/prefix.ts";

/** What the agent knows of its own node. */
export interface OwnNode {
  readonly ipv4: Prefix | undefined;
  readonly ipv6: Prefix | undefined;
  readonly asn: number | undefined;
}

type Bgp = NonNullable<Node["spec"]["bgp"]>;

/** The text to store: what stands there already when it is the same address and says the link's length as well. */
function addressText(stored: string | undefined, own: Prefix | undefined): string | undefined {
  if (!own) return undefined;
  const before = stored ? parsePrefix(stored) : undefined;
  const bits = own.family === "ipv4" ? 32 : 128;
  return before && sameAddress(before, own) && own.length === bits ? stored : formatPrefix(own);
}

/**
 * The spec our Node should have, keeping everything in it that is not ours to say; undefined when it stands so already.
 * A family without an address of ours loses its address: nobody could reach us there.
 */
export function ownNodeSpec(stored: Node["spec"] | undefined, own: OwnNode): Node["spec"] | undefined {
  const { ipv4Address: before4, ipv6Address: before6, ...rest } = stored?.bgp ?? {};
  const ipv4Address = addressText(before4, own.ipv4);
  const ipv6Address = addressText(before6, own.ipv6);
  const asn = own.asn ?? (rest.asNumber === undefined ? undefined : asNumberOf(rest.asNumber));
  const asNumber = rest.asNumber !== undefined && asNumberOf(rest.asNumber) === asn ? rest.asNumber : asn;
  const bgp: Bgp = {
    ...rest,
    ...(asNumber === undefined ? {} : { asNumber }),
    ...(ipv4Address === undefined ? {} : { ipv4Address }),
    ...(ipv6Address === undefined ? {} : { ipv6Address }),
  };
  if (stored && before4 === ipv4Address && before6 === ipv6Address && rest.asNumber === asNumber) return undefined;
  const { bgp: _, ...spec } = stored ?? {};
  return Object.keys(bgp).length > 0 ? { ...spec, bgp } : spec;
}
