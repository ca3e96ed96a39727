import { formatPrefix, isMasked, masked, parsePrefix } from "../../net/prefix.ts";
import type { Complain } from "./fault.ts";

/** Complains of CIDRs whose host bits are set (Calico validator/v3 "net"). */
export function checkMasked(
  nets: readonly (string | undefined)[],
  path: readonly PropertyKey[],
  complain: Complain,
): void {
  for (const [i, net] of nets.entries()) {
    const prefix = net === undefined ? undefined : parsePrefix(net);
    if (!prefix || isMasked(prefix)) continue;
    complain([...path, i], `host bits are set; ${formatPrefix(masked(prefix))} would be right`);
  }
}

/** Complains of rules' nets: their host bits must be clear and their lengths written out (validateRule parses CIDRs only). */
export function checkRuleNets(nets: readonly string[], path: readonly PropertyKey[], complain: Complain): void {
  checkMasked(nets, path, complain);
  for (const [i, net] of nets.entries()) {
    const prefix = net.includes("/") ? undefined : parsePrefix(net);
    if (prefix) complain([...path, i], `a rule wants CIDRs; ${formatPrefix(prefix)} would be right`);
  }
}
