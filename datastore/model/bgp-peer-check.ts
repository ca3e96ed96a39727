import type * as z from "zod";
import type { Address } from "../../net/address.ts";
import { parseAddress } from "../../net/address-text.ts";
import type { BGPPeerSpec } from "./bgp-peer.ts";

/** The address and port that a `peerIP` spells (`a.b.c.d`, `a.b.c.d:port`, `v6`, `[v6]:port`), or undefined. */
export function parsePeerIP(text: string): { readonly address: Address; readonly port?: number } | undefined {
  const parts = /^(?:\[([^\]]+)\]|([0-9.]+)):([0-9]{1,5})$/.exec(text);
  const address = parseAddress(parts ? (parts[1] ?? parts[2]!) : text);
  if (!address) return undefined;
  if (!parts) return { address };
  const port = Number(parts[3]);
  return port >= 1 && port <= 65535 ? { address, port } : undefined;
}

/** Checks the fields of a peering against each other: what excludes what, what needs what (Calico validator/v3). */
export function checkBGPPeer(spec: BGPPeerSpec, context: z.core.$RefinementCtx): void {
  const complain = (field: keyof BGPPeerSpec, message: string) =>
    context.addIssue({ code: "custom", path: [field], message });
  const asn = spec.asNumber !== undefined && spec.asNumber !== 0;
  if (spec.node && spec.nodeSelector) complain("nodeSelector", "may not stand beside node");
  if (spec.peerIP && spec.peerSelector) complain("peerSelector", "may not stand beside peerIP");
  if (asn && spec.peerSelector) complain("asNumber", "may not stand beside peerSelector: the peers' own counts");
  if (spec.keepOriginalNextHop && spec.nextHopMode) complain("nextHopMode", "may not stand beside keepOriginalNextHop");
  if (spec.localWorkloadSelector) {
    if (!asn) complain("asNumber", "localWorkloadSelector needs an AS number");
    if (spec.peerIP) complain("peerIP", "may not stand beside localWorkloadSelector");
    if (spec.peerSelector) complain("peerSelector", "may not stand beside localWorkloadSelector");
  } else if (!spec.peerIP && !spec.peerSelector) complain("peerIP", "one of peerIP and peerSelector is wanted");
  else if (spec.peerIP && !asn) complain("asNumber", "peerIP needs an AS number");
  if (!spec.reachableBy) return;
  if (!spec.peerIP) complain("reachableBy", "needs peerIP");
  else if (parsePeerIP(spec.peerIP)?.address.family !== parseAddress(spec.reachableBy)?.family) {
    complain("reachableBy", "must be of peerIP's address family");
  }
}
