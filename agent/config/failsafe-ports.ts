import { type Prefix, parsePrefix } from "../../net/prefix.ts";
import type { FailsafePort } from "../../policy/evaluate.ts";
import { isNone, type Reading } from "./field.ts";

const protocols: Readonly<Record<string, number>> = { tcp: 6, udp: 17, sctp: 132 };
/** More than these are a mistake: each is a rule in front of everything. */
const mostPorts = 1024;
const shape = /^(?:([a-zA-Z]{1,8}):)?(?:\[?([0-9a-fA-F.:]{1,45}(?:\/[0-9]{1,3})?)\]?:)?([0-9]{1,5})$/;

function readPort(text: string): FailsafePort | undefined {
  const [, word = "tcp", netText, digits] = shape.exec(text) ?? [];
  const protocol = protocols[word.toLowerCase()];
  const port = Number(digits);
  const net: Prefix | undefined = netText === undefined ? undefined : parsePrefix(netText);
  if (digits === undefined || protocol === undefined || port < 1 || port > 65535) return undefined;
  if (netText === undefined) return { protocol, port };
  return net && { protocol, port, net };
}

function spellPort(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  const { protocol, port, net } = value as {
    readonly protocol?: unknown;
    readonly port?: unknown;
    readonly net?: unknown;
  };
  const word = protocol === undefined || protocol === "" ? "tcp" : String(protocol);
  return `${word}:${net === undefined || net === "" ? "" : `[${net}]:`}${port}`;
}

/**
 * Ports of the host that no policy can close, with commas: `tcp:22`, `udp:68`, `22` (TCP), `tcp:10.0.0.0/8:22`,
 * `tcp:[fd00::/8]:22`; `none` or, in a FelixConfiguration, an empty list for none at all. Source: Calico felix/config (PortListParam).
 */
export const failsafePorts: Reading<readonly FailsafePort[]> = {
  read: (value) => {
    if (isNone(value)) return [];
    const words = value.split(",").flatMap((word) => word.trim() || []);
    const ports = words.flatMap((word) => readPort(word) ?? []);
    return ports.length === words.length && ports.length > 0 && ports.length <= mostPorts ? ports : undefined;
  },
  want: "ports such as tcp:22, udp:68, tcp:10.0.0.0/8:22 or tcp:[fd00::/8]:22 with commas, or none",
  spell: (value) => {
    if (!Array.isArray(value)) return String(value);
    return value.length === 0 ? "none" : value.map(spellPort).join(",");
  },
};
