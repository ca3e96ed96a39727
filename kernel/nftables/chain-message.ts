import type { AttributeReader } from "../netlink/attribute.ts";
import type { MessageWriter } from "../netlink/message-writer.ts";
import type { Hook } from "./chain.ts";

/** Name of a chain in a chain's message (NFTA_CHAIN_NAME). */
export const NFTA_CHAIN_NAME = 3;
const NFTA_CHAIN_HOOK = 4;
const NFTA_CHAIN_POLICY = 5;
const NFTA_CHAIN_TYPE = 7;
const NFTA_HOOK_HOOKNUM = 1;
const NFTA_HOOK_PRIORITY = 2;

/** enum nf_inet_hooks. */
const points: readonly Hook["point"][] = ["prerouting", "input", "forward", "output", "postrouting"];
const NF_DROP = 0;
const NF_ACCEPT = 1;

/** Writes what makes a chain a base chain. */
export function writeHook(w: MessageWriter, hook: Hook): void {
  w.nest(NFTA_CHAIN_HOOK, () => {
    w.attrBe32(NFTA_HOOK_HOOKNUM, points.indexOf(hook.point)).attrBe32(NFTA_HOOK_PRIORITY, hook.priority);
  });
  w.attrBe32(NFTA_CHAIN_POLICY, hook.policy === "drop" ? NF_DROP : NF_ACCEPT);
  w.attrText(NFTA_CHAIN_TYPE, hook.type);
}

/** Reads a chain's message behind its table's name: name and, of a base chain, the hook. */
export function readChain(attributes: AttributeReader): { readonly name: string; readonly hook?: Hook } {
  let name = "";
  let point: Hook["point"] | undefined;
  let priority = 0;
  let policy: Hook["policy"] = "accept";
  let type: Hook["type"] = "filter";
  while (attributes.next()) {
    if (attributes.type === NFTA_CHAIN_NAME) name = attributes.text();
    else if (attributes.type === NFTA_CHAIN_POLICY) policy = attributes.be32() === NF_DROP ? "drop" : "accept";
    else if (attributes.type === NFTA_CHAIN_TYPE) type = attributes.text() as Hook["type"];
    else if (attributes.type === NFTA_CHAIN_HOOK) {
      const hook = attributes.nested();
      while (hook.next()) {
        if (hook.type === NFTA_HOOK_HOOKNUM) point = points[hook.be32()];
        else if (hook.type === NFTA_HOOK_PRIORITY) priority = hook.be32() | 0;
      }
    }
  }
  return point === undefined ? { name } : { name, hook: { type, point, priority, policy } };
}
