import type { Address } from "../../../net/address.ts";
import { parseAddress } from "../../../net/address-text.ts";
import type { Packet } from "../../../policy/packet.ts";
import { ADDRESSES, INTERFACES, type RandomWorld } from "../../../policy/sim/random-world.ts";
import { HOST_ADDRESSES, LAB_INTERFACES, TRANSLATED, UPLINK, UPLINK2, wayTo } from "./lab-net.ts";

const read = (texts: readonly string[]): readonly Address[] => texts.map((text) => parseAddress(text)!);
const behind = new Map(LAB_INTERFACES.map(({ name, addresses }) => [name, read(addresses)]));
const own = read(HOST_ADDRESSES);
/** Destinations of packets in a world without host endpoints. */
const plain = [...read(ADDRESSES), ...own.slice(0, 2)];
const everywhere = [...new Set([...behind.values()].flat()), ...own];
const services = TRANSLATED.map((pair) => read(pair) as readonly [Address, Address]);

/**
 * Draws a packet that the lab can send, or nothing when the dice made none. Without `hosts` it comes in by a workload's
 * interface or the first uplink; with it also by the second, from the node itself, and to an address that is translated.
 */
export function randomPacket(world: RandomWorld, hosts: boolean): Packet | undefined {
  const inInterface = world.pick(
    hosts ? [...INTERFACES, UPLINK, UPLINK, UPLINK2, undefined] : [...INTERFACES, ...INTERFACES, UPLINK],
  );
  const service = hosts && world.chance(0.15) ? world.pick(services) : undefined;
  const destination = service?.[1] ?? world.pick(hosts ? everywhere : plain);
  const source = drawSource(world, inInterface, destination);
  const outInterface = wayTo(destination);
  if (source === destination || outInterface === inInterface) return undefined;
  const icmp = destination.family === "ipv4" ? 1 : 58;
  const protocol = world.pick([6, 6, 6, 17, 17, 132, icmp, hosts && world.chance(0.3) ? 4 : 99]);
  return {
    source,
    destination,
    protocol,
    ...(inInterface && { inInterface }),
    ...(outInterface && { outInterface }),
    ...drawPorts(world, hosts, protocol),
    // Only requests: conntrack calls a lone reply or error invalid, which no policy is asked about.
    ...(protocol === 1 && { icmpType: world.pick([8, 8, 13]), icmpCode: world.int(2) }),
    ...(protocol === 58 && { icmpType: outInterface ? 128 : world.pick([128, 128, 135]), icmpCode: world.int(2) }),
    ...(service && { preDnat: { destination: service[0] } }),
  };
}

/** An address of whoever is behind the interface; of a workload now and then one that is not its own. */
function drawSource(world: RandomWorld, inInterface: string | undefined, { family }: Address): Address {
  const isForged = inInterface?.startsWith("cali") && world.chance(0.07);
  const among = isForged ? read(ADDRESSES) : inInterface === undefined ? own : behind.get(inInterface)!;
  return world.pick(among.filter((address) => address.family === family));
}

function drawPorts(world: RandomWorld, hosts: boolean, protocol: number): Partial<Packet> {
  if (![6, 17, 132].includes(protocol)) return {};
  const ports = [80, 443, 8050, 8080, 1500, 53, 60, 7, 40000, ...(hosts ? [22, 67, 179, 4789] : [])];
  return { sourcePort: world.pick(ports), destinationPort: world.pick(ports) };
}
