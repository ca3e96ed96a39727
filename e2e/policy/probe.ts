import { parseAddress } from "../../net/address-text.ts";
import type { Family } from "../../net/family.ts";
import type { Packet } from "../../policy/packet.ts";
import { cast, services } from "./cast.ts";

/** A packet of a scenario, and what should become of it. */
export interface Probe {
  /** As the scenario has it, with the family. */
  readonly text: string;
  readonly packet: Packet;
  readonly allowed: boolean;
  /** What must stand in the reason, as `describeReason` tells it; absent: whatever. */
  readonly because?: string;
}

const protocols: Readonly<Record<string, number>> = { tcp: 6, udp: 17, sctp: 132, icmp: 1, ipip: 4 };
const form = /^(\S+) > (\S+) ([a-z]+|\d+)(?:\/(\d+))?(?: from (\d+))?(?: (v4|v6))?: (allow|deny)(?: \((.+)\))?$/;

/**
 * Reads `WHO > WHOM PROTOCOL[/PORT or ICMP type] [from PORT] [v4|v6]: allow|deny [(reason)]`, a packet for each family that it does
 * not exclude. An address in place of WHO is one that does not belong to who sends: `web=10.65.0.9 > db tcp/80: deny`.
 * @throws Error when the line cannot be read
 */
export function readProbe(line: string): Probe[] {
  const [, from, to, protocol, number, source, only, verdict, because] = form.exec(line) ?? [];
  if (!from || !to || !protocol) throw new Error(`a probe reads "web > db tcp/80: allow", not "${line}"`);
  const families: readonly Family[] = only === "v4" ? ["ipv4"] : only === "v6" ? ["ipv6"] : ["ipv4", "ipv6"];
  const [who = "", forged] = from.split("=");
  const forgedFamily = forged && parseAddress(forged)?.family;
  return families
    .filter((family) => !forgedFamily || family === forgedFamily)
    .map((family) => ({
      text: `${line} [${family}]`,
      packet: { ...path(who, to, family, forged), ...transport(protocol, number, source, family) },
      allowed: verdict === "allow",
      ...(because !== undefined && { because }),
    }));
}

function path(from: string, to: string, family: Family, forged?: string) {
  const sender = known(from);
  const service = services[to];
  const receiver = known(service?.backend ?? to);
  return {
    source: parseAddress(forged ?? sender[family])!,
    destination: parseAddress(receiver[family])!,
    ...(service && { preDnat: { destination: parseAddress(service.at[family])! } }),
    ...(sender.interfaceName && { inInterface: sender.interfaceName }),
    ...(receiver.interfaceName && { outInterface: receiver.interfaceName }),
  };
}

function known(name: string) {
  const player = cast[name];
  if (!player)
    throw new Error(`nobody is called ${name}: ${[...Object.keys(cast), ...Object.keys(services)].join(", ")}`);
  return player;
}

function transport(name: string, number: string | undefined, source: string | undefined, family: Family) {
  const protocol = name === "icmp" && family === "ipv6" ? 58 : (protocols[name] ?? Number(name));
  if (!Number.isInteger(protocol)) throw new Error(`no protocol is called ${name}`);
  if (protocol === 1 || protocol === 58) {
    // Requests, in the words of IPv4: 8 is an echo request in both families.
    const type = number === undefined || number === "8" ? (protocol === 1 ? 8 : 128) : Number(number);
    return { protocol, icmpType: type, icmpCode: 0 };
  }
  if (protocol !== 6 && protocol !== 17 && protocol !== 132) return { protocol };
  return { protocol, sourcePort: Number(source ?? 40_000), destinationPort: Number(number ?? 80) };
}
