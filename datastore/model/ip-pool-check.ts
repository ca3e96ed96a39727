import type * as z from "zod";
import { overlaps, parsePrefix } from "../../net/prefix.ts";
import type { IPPoolSpec } from "./ip-pool.ts";

/** Prefix length of a pool's blocks: what it says, or Calico's default, 26 for IPv4 and 122 for IPv6. */
export function poolBlockSize(spec: IPPoolSpec): number {
  return spec.blockSize || (spec.cidr.includes(":") ? 122 : 26);
}

function encapsulates(mode: IPPoolSpec["vxlanMode"]): boolean {
  return mode === "Always" || mode === "CrossSubnet";
}

type Complain = (field: keyof IPPoolSpec, message: string) => void;

function checkCidr(spec: IPPoolSpec, complain: Complain): void {
  const cidr = parsePrefix(spec.cidr);
  if (!cidr) return;
  const [smallest, largest] = cidr.family === "ipv4" ? [20, 32] : [116, 128];
  const size = poolBlockSize(spec);
  if (size < smallest || size > largest) complain("blockSize", `${smallest} to ${largest} is wanted`);
  else if (cidr.length > size && !spec.disabled) {
    complain("cidr", `the pool is smaller than a block (/${size}); /${size} or wider would be right`);
  }
  const linkLocal = parsePrefix(cidr.family === "ipv4" ? "169.254.0.0/16" : "fe80::/10")!;
  if (overlaps(cidr, linkLocal)) complain("cidr", "overlaps the link-local addresses");
}

function checkEncapsulation(spec: IPPoolSpec, complain: Complain): void {
  if (encapsulates(spec.ipipMode) && spec.cidr.includes(":")) complain("ipipMode", "IPv6 wants Never");
  if (encapsulates(spec.ipipMode) && encapsulates(spec.vxlanMode))
    complain("vxlanMode", "only one of ipipMode and vxlanMode may be on");
}

function checkUses(spec: IPPoolSpec, complain: Complain): void {
  const uses = spec.allowedUses ?? [];
  if (uses.includes("Tunnel") && spec.namespaceSelector)
    complain("namespaceSelector", "may not stand beside the use Tunnel");
  if (!uses.includes("LoadBalancer")) return;
  if (uses.length > 1) complain("allowedUses", "LoadBalancer must stand alone");
  if (spec.nodeSelector && spec.nodeSelector !== "all()") complain("nodeSelector", "LoadBalancer wants all()");
  if (encapsulates(spec.ipipMode)) complain("ipipMode", "LoadBalancer wants Never");
  if (encapsulates(spec.vxlanMode)) complain("vxlanMode", "LoadBalancer wants Never");
  if (spec.disableBGPExport) complain("disableBGPExport", "LoadBalancer wants false");
}

/** Checks the fields of a pool against each other (Calico validator/v3 and clientv3/ippool.go). */
export function checkIPPool(spec: IPPoolSpec, context: z.core.$RefinementCtx): void {
  const complain: Complain = (field, message) => context.addIssue({ code: "custom", path: [field], message });
  checkCidr(spec, complain);
  checkEncapsulation(spec, complain);
  checkUses(spec, complain);
}
