import { checkIpam, type Problem } from "../../ipam/check.ts";
import type { PlacedBlock } from "../../ipam/show.ts";
import { formatAddress } from "../../net/address-text.ts";
import { covers, formatPrefix } from "../../net/prefix.ts";
import type { Given, HostClaim, StoredHandle, Survey, Use } from "./survey.ts";

/** What `ipam check` found. */
export interface Findings {
  /** Given out, and neither a workload endpoint nor a node has it. */
  readonly leaked: readonly Given[];
  /** Given out to what does not lie in the datastore, so that nobody here can tell: services, Windows' own. */
  readonly unjudged: readonly Given[];
  /** In use, and in no pool. */
  readonly outsidePools: readonly Use[];
  /** In use and in a pool, and no block has given it out. */
  readonly unbooked: readonly Use[];
  /** Handles of which no block knows an address. */
  readonly orphanHandles: readonly StoredHandle[];
  /** How many handles have addresses. */
  readonly soundHandles: number;
  /** Handles that blocks name and that are not there. */
  readonly missingHandles: readonly string[];
  readonly blocksOutsidePools: readonly PlacedBlock[];
  /** Claims of hosts for which there is neither a Node nor an endpoint. */
  readonly claimsOfNoNode: readonly HostClaim[];
  /** Confirmed claims without a block, foreign ones, handles that miscount, what cannot be read. */
  readonly others: readonly Problem[];
  /** All of them together. */
  readonly problems: number;
}

/** What Calico on Windows keeps for itself in every block. */
const windowsHandle = "windows-reserved-ipam-handle";

function isElsewhere({ handle, attributes }: Given): boolean {
  return handle === windowsHandle || "service" in attributes || /^loadBalancer/.test(attributes["type"] ?? "");
}

/** What does not fit in a survey: exact, since all of it is of one revision. */
export function findingsIn(survey: Survey): Findings {
  const { pools, given, uses, blocks, nodes, endpointNodes } = survey;
  const unused = given.filter(({ owners }) => owners.length === 0);
  const booked = new Set(given.map(({ ip }) => ip));
  const free = uses.filter(({ address }) => !booked.has(formatAddress(address)));
  const inPool = ({ address }: Use): boolean => pools.some(({ cidr }) => covers(cidr, address));
  const problems = checkIpam(survey.ipam);
  const about = (kind: Problem["kind"]) => problems.filter((one) => one.kind === kind).map((one) => one.about);
  const orphans = new Set(about("orphan-handle"));
  const found = {
    leaked: unused.filter((one) => !isElsewhere(one)),
    outsidePools: free.filter((use) => !inPool(use)),
    unbooked: free.filter(inPool),
    orphanHandles: survey.handles.filter(({ id }) => orphans.has(id)),
    missingHandles: about("missing-handle"),
    blocksOutsidePools: blocks.filter(({ cidr }) => !pools.some((pool) => covers(pool.cidr, cidr))),
    claimsOfNoNode: survey.claims.filter(({ host }) => !nodes.has(host) && !endpointNodes.has(host)),
    others: problems.filter(({ kind }) => kind !== "orphan-handle" && kind !== "missing-handle"),
  };
  return {
    ...found,
    unjudged: unused.filter(isElsewhere),
    soundHandles: survey.handles.length - found.orphanHandles.length,
    problems: Object.values(found).reduce((sum, some) => sum + some.length, 0),
  };
}

/** The findings that calicoctl has no words for, a line each. */
export function otherLines({ blocksOutsidePools, claimsOfNoNode, others }: Findings): readonly string[] {
  return [
    ...others.map(({ kind, about, why }) => `${kind}: ${about}: ${why}`),
    ...blocksOutsidePools.map(({ cidr }) => `block-outside-pools: ${formatPrefix(cidr)}: no IPPool holds it`),
    ...claimsOfNoNode.map(({ host, cidr }) => {
      return `affinity-of-no-node: host:${host} on ${formatPrefix(cidr)}: there is no Node ${host} and no endpoint of it`;
    }),
  ];
}
