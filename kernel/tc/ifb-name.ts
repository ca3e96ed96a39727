import { sha512 } from "../../lib/sha512.ts";
import type { Link } from "../links.ts";

/** What the names of devices begin with through which workloads' egress is led (Felix's prefix too). */
export const ifbPrefix = "bwcali";
/** Characters of an interface's name, at most (IFNAMSIZ less its NUL). */
const longestName = 15;

/**
 * The device through which an interface's egress is led: `bwcali` and the beginning of the SHA-512 of its name in hex,
 * 15 characters. Felix names it so (the bandwidth plugin of the CNI project with prefix `bwp`): one finds the other's.
 */
export function ifbName(interfaceName: string): string {
  const digest = sha512(new TextEncoder().encode(interfaceName));
  const hex = Array.from(digest.subarray(0, 8), (octet) => octet.toString(16).padStart(2, "0")).join("");
  return (ifbPrefix + hex).slice(0, longestName);
}

/**
 * Whether a link is such a device. It is no interface of the host's: it has no address, no policy and no host endpoint,
 * and what passes it passes the workload's own interface next.
 */
export function isShapingDevice({ name, kind }: Pick<Link, "name" | "kind">): boolean {
  return kind === "ifb" && name.startsWith(ifbPrefix);
}
