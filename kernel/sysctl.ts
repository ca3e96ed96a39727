import type { Family } from "../net/family.ts";

/** A setting under /proc/sys/net of one interface, or of the pseudo-interfaces `all` and `default`. */
export interface InterfaceSysctl {
  readonly family: Family;
  /** `conf` (forwarding, proxy_arp, …) or `neigh` (proxy_delay, …). */
  readonly group: "conf" | "neigh";
  readonly interfaceName: string;
  readonly setting: string;
}

/** A setting's place: path components below /proc/sys, each a single name. */
export type SysctlPath = readonly string[];

/**
 * Whether a text may be an interface's name, as the kernel judges (net/core/dev.c dev_valid_name): 1 to 15 octets,
 * neither `.` nor `..`, no slash, colon or white space. Dots inside are fine, and are why paths are never dotted here.
 */
export function isInterfaceName(text: string): boolean {
  if (text === "" || text === "." || text === "..") return false;
  if (new TextEncoder().encode(text).length > 15) return false;
  return !/[/:\s\0]/u.test(text);
}

/** Where an interface's setting stands, or undefined when a name in it is not one. */
export function interfaceSysctl(of: InterfaceSysctl): SysctlPath | undefined {
  if (!isInterfaceName(of.interfaceName) || !isSettingName(of.setting)) return undefined;
  return ["net", of.family, of.group, of.interfaceName, of.setting];
}

/** The path of a setting that belongs to no interface, given with slashes: `net/ipv4/ip_forward`; else undefined. */
export function globalSysctl(path: string): SysctlPath | undefined {
  const parts = path.split("/");
  return parts.every(isSettingName) ? parts : undefined;
}

/** The key of a setting, and its file below /proc/sys. */
export function sysctlKey(path: SysctlPath): string {
  return path.join("/");
}

function isSettingName(text: string): boolean {
  return /^[a-zA-Z0-9_-]{1,64}$/.test(text);
}

/**
 * Settings of one network namespace. The port that `io/sysctl.ts` and `sim/` implement; synchronous, because a setting
 * is written in microseconds.
 */
export interface Sysctls {
  /** The value, white space at its ends cut off; undefined when there is no such setting (or interface). @throws KernelError */
  read(path: SysctlPath): string | undefined;
  /** @throws KernelError `kernel/syscall` with ENOENT when there is none, EINVAL when the kernel does not like the value */
  write(path: SysctlPath, value: string): void;
}

/** How the port is opened; `netns` is the path of a network namespace, absent for our own. */
export type OpenSysctls = (options: { readonly netns?: string }) => Sysctls;
