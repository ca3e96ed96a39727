import { families } from "../../net/family.ts";
import { errno } from "../errno.ts";
import type { KernelError } from "../error.ts";
import type { KernelChange, KernelSet } from "../kernel-set.ts";
import { type Neighbour, neighbourKey } from "../neighbour.ts";
import type { Batch, NetlinkClient } from "../netlink/client.ts";
import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from "../netlink/header.ts";
import { type Rule, ruleKey } from "../rule.ts";
import { k } from "./constants.ts";
import { decodeNeighbour, encodeNeighbour, encodeNeighbourDump } from "./neighbour.ts";
import { decodeRule, encodeRule, encodeRuleDump } from "./rule.ts";

/** Permanent neighbours of both families, by `neighbourKey`. */
export function neighbourSet(client: NetlinkClient): KernelSet<Neighbour> {
  return {
    async dump() {
      const all = await client.dump(k.RTM_GETNEIGH, encodeNeighbourDump, decodeNeighbour, "dump of neighbours");
      return new Map(all.map((neighbour) => [neighbourKey(neighbour), neighbour]));
    },
    apply: (changes) =>
      applyAll(client, "neighbour", changes, (batch, { kind, value }) => {
        const remove = kind === "delete";
        const type = remove ? k.RTM_DELNEIGH : k.RTM_NEWNEIGH;
        encodeNeighbour(batch.request(type, remove ? 0 : NLM_F_CREATE | NLM_F_REPLACE), value);
      }),
  };
}

/** Routing rules of both families, by `ruleKey`. A key says all of a rule, so a set never changes one that is there. */
export function ruleSet(client: NetlinkClient): KernelSet<Rule> {
  return {
    async dump() {
      const rules = new Map<string, Rule>();
      for (const family of families) {
        const operation = `dump of ${family} rules`;
        const some = await client.dump(k.RTM_GETRULE, (w) => encodeRuleDump(w, family), decodeRule, operation);
        for (const rule of some) rules.set(ruleKey(rule), rule);
      }
      return rules;
    },
    apply: (changes) =>
      applyAll(client, "rule", changes, (batch, { kind, value }) => {
        const remove = kind === "delete";
        const type = remove ? k.RTM_DELRULE : k.RTM_NEWRULE;
        encodeRule(batch.request(type, remove ? 0 : NLM_F_CREATE | NLM_F_EXCL), value);
      }),
  };
}

/** Errors of a deletion that only say that it is done already. */
const notThere: ReadonlySet<number> = new Set([errno.ENOENT, errno.ESRCH, errno.ENODEV, errno.ENXIO]);

async function applyAll<V>(
  client: NetlinkClient,
  what: string,
  changes: readonly KernelChange<V>[],
  encode: (batch: Batch, change: KernelChange<V>) => void,
): Promise<readonly (KernelError | undefined)[]> {
  const batch = client.batch();
  for (const change of changes) encode(batch, change);
  const results: (KernelError | undefined)[] = new Array(changes.length).fill(undefined);
  const name = (index: number): string => `${changes[index]!.kind} of ${what} ${changes[index]!.key}`;
  for (const { index, error } of await batch.send(name)) {
    const number = error.facts.errno;
    const fine = changes[index]!.kind === "delete" ? notThere.has(number) : what === "rule" && number === errno.EEXIST;
    if (!fine) results[index] = error;
  }
  return results;
}
