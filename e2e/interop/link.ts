import { Ground } from "../lab/ground.ts";
import { Processes } from "../lab/processes.ts";
import { ipBatch, writeSysctls } from "../lab/run.ts";
import { Host } from "./host.ts";

/** Machines on the shared link, by the last octet or group of all their addresses. */
export const machines = { us: 1, them: 2, friend: 3, other: 4 } as const;

/** One machine of the link. */
export type Machine = keyof typeof machines;

/** How many subnets the link carries: one for each session that is to have addresses of its own. */
const subnets = 32;

/** The address of a machine in a subnet of the link: 10.99.N.x or fd99:N::x. */
export function addressOf(machine: Machine, subnet: number, family: "ipv4" | "ipv6" = "ipv4"): string {
  if (family === "ipv4") return `10.99.${subnet}.${machines[machine]}`;
  return subnet === 0 ? `fd99::${machines[machine]}` : `fd99:${subnet}::${machines[machine]}`;
}

/** The IPv6 address of the machine that has this IPv4 address, in the same subnet of the link. */
export function sameMachine(address: string): string {
  const [, , subnet, machine] = address.split(".");
  return `fd99:${subnet}::${machine}`;
}

/**
 * A few machines on one link for one column of the matrix: we, the daemon that is tried, a friend and another who fill in
 * where a third or fourth router is needed; and behind us and behind them a machine each, 10.1.0.10 and 10.2.0.10.
 */
export class Link {
  readonly us: Host;
  readonly them: Host;
  readonly friend: Host;
  readonly other: Host;
  readonly ground: Ground;

  static async make(): Promise<Link> {
    const link = new Link(await Ground.make());
    try {
      await link.#lay();
    } catch (error) {
      await link.close();
      throw error;
    }
    return link;
  }

  constructor(ground: Ground) {
    this.ground = ground;
    const processes = new Processes(ground.folderOf("processes"));
    const host = (name: Machine): Host => new Host(name, ground, processes);
    this.us = host("us");
    this.them = host("them");
    this.friend = host("friend");
    this.other = host("other");
  }

  async #lay(): Promise<void> {
    const names = Object.keys(machines) as Machine[];
    const all = ["wire", "ourback", "theirback", ...names].map((name) => this.ground.netns(name));
    await ipBatch(
      undefined,
      all.map((netns) => `netns add ${netns}`),
    );
    await Promise.all(all.map(prepare));
    await ipBatch(this.ground.netns("wire"), [
      "link add wire type bridge mcast_snooping 0",
      "link set wire up",
      ...names.map((name, i) => `link add p${i} type veth peer name eth0 netns ${this.ground.netns(name)}`),
      ...names.map((_, i) => `link set p${i} master wire up`),
    ]);
    await Promise.all(names.map((name) => ipBatch(this.ground.netns(name), addressLines(name))));
    await this.#layBehind("us", "ourback", 1);
    await this.#layBehind("them", "theirback", 2);
  }

  /** A machine behind a router, 10.SIDE.0.10 and fd00:SIDE::10, with its default route there. */
  async #layBehind(router: Machine, machine: string, side: number): Promise<void> {
    const netns = this.ground.netns(machine);
    await ipBatch(this.ground.netns(router), [
      `link add back type veth peer name eth0 netns ${netns}`,
      "link set back up",
      `address add 10.${side}.0.1/24 dev back`,
      `address add fd00:${side}::1/64 dev back nodad`,
    ]);
    await ipBatch(netns, [
      "link set eth0 up",
      `address add 10.${side}.0.10/24 dev eth0`,
      `address add fd00:${side}::10/64 dev eth0 nodad`,
      `route add default via 10.${side}.0.1`,
      `route add ::/0 via fd00:${side}::1`,
    ]);
  }

  /** Ends every program and removes the namespaces. */
  close(): Promise<void> {
    return this.ground.clear();
  }
}

function addressLines(machine: Machine): string[] {
  const lines = ["link set eth0 up"];
  for (let subnet = 0; subnet < subnets; subnet++) {
    lines.push(`address add ${addressOf(machine, subnet)}/24 dev eth0`);
    lines.push(`address add ${addressOf(machine, subnet, "ipv6")}/64 dev eth0 nodad`);
  }
  return lines;
}

/** Loopback up, forwarding on, IPv6 addresses usable at once. */
async function prepare(netns: string): Promise<void> {
  await writeSysctls(netns, "0", ["net.ipv6.conf.all.accept_dad", "net.ipv6.conf.default.accept_dad"]);
  await writeSysctls(netns, "1", ["net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"]);
  await ipBatch(netns, ["link set lo up"]);
}
