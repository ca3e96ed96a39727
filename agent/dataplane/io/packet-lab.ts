import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Packet } from "../../../policy/packet.ts";
import { frameOf } from "../sim/frame.ts";

/** The interfaces of the node, each with its peer in the other namespace, and where it leads. */
export interface LabInterface {
  readonly name: string;
  /** Addresses that the node reaches through it. */
  readonly addresses: readonly string[];
}

const PROBER = new URL("../testdata/packet-lab.py", import.meta.url).pathname;
const NODE_MAC = "02:00:00:00:00:01";
const PEER_MAC = "02:00:00:00:00:02";
/** Octets of an Ethernet header. */
const ETHERNET = 14;
/** As many as the low half of a mark has. */
const MOST_IDS = 0xffff;
/** How the source MAC of a frame begins, and of the one that tells that all before it have been worked off. */
const [FRAME, LAST] = [0x06, 0x0a];

/**
 * A node in a network namespace, whose interfaces end in a second one from which any packet can be sent to it. `send`
 * answers which packets the node's own firewall let through, whether it would forward them or take them itself.
 */
export class PacketLab {
  readonly node: string;
  readonly #peers: string;
  readonly #slots = new Map<string, number>();
  readonly #uplink: Packet;
  #prober: ChildProcess | undefined;
  #answers: AsyncIterator<string> | undefined;
  #serial = 0;

  /** `uplink` is any packet that comes in from outside. */
  constructor(name: string, uplink: Packet) {
    this.node = `${name}-node`;
    this.#peers = `${name}-peers`;
    this.#uplink = uplink;
  }

  /** `translated`: what is sent to the first address of a pair goes to the second, as kube-proxy would have it. */
  async open(
    interfaces: readonly LabInterface[],
    own: readonly string[],
    translated: readonly (readonly [string, string])[] = [],
  ): Promise<void> {
    sweep();
    for (const name of [this.node, this.#peers]) run("ip", "netns", "add", name);
    const sysctls = ["net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1", "net.ipv4.conf.all.rp_filter=0"];
    const silence = [
      "net.ipv4.conf.default.rp_filter=0",
      "net.ipv6.conf.default.accept_dad=0",
      "net.ipv4.icmp_ratelimit=0",
    ];
    run("ip", "netns", "exec", this.node, "sysctl", "-q", "-w", ...sysctls, ...silence);
    run("ip", "netns", "exec", this.#peers, "sysctl", "-q", "-w", "net.ipv6.conf.default.disable_ipv6=1");
    const node = ["link set lo up", ...own.map((address) => `addr add ${address} dev lo`)];
    const peers: string[] = [];
    for (const [slot, { name, addresses }] of interfaces.entries()) {
      this.#slots.set(name, slot);
      const peer = `peer name ${name} address ${PEER_MAC} netns ${this.#peers}`;
      node.push(`link add ${name} address ${NODE_MAC} type veth ${peer}`, `link set ${name} up`);
      peers.push(`link set ${name} up`);
      for (const address of addresses) {
        node.push(`route add ${address} dev ${name}`);
        node.push(`neigh add ${address} lladdr ${PEER_MAC} dev ${name} nud permanent`);
      }
    }
    // What the node itself sends there is routed once before its destination changes.
    for (const [was, now] of translated) {
      const way = interfaces.find(({ addresses }) => addresses.includes(now));
      if (way) node.push(`route add ${was} dev ${way.name}`);
    }
    batch(this.node, node);
    batch(this.#peers, peers);
    const prober = spawn("python3", [PROBER, this.#peers, this.node, ...this.#slots.keys()], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, TRANSLATED: JSON.stringify(translated) },
    });
    this.#prober = prober;
    this.#answers = createInterface({ input: prober.stdout })[Symbol.asyncIterator]();
    await this.#answer();
  }

  /**
   * Sends the packets in order, those without an in-interface from the node itself; answers for each whether it was counted
   * behind the node's rules. @throws Error when the prober dies
   */
  async send(packets: readonly Packet[]): Promise<boolean[]> {
    const ids: number[] = [];
    const sent = [...packets, this.#uplink].map((packet, at) => {
      this.#serial = (this.#serial % MOST_IDS) + 1;
      ids.push(this.#serial);
      const mac = Buffer.alloc(6);
      mac.writeUIntBE((at < packets.length ? FRAME : LAST) * 2 ** 40 + this.#serial, 0, 6);
      const wanted = packet.preDnat ? { ...packet, ...packet.preDnat } : packet;
      const frame = Buffer.from(frameOf(wanted, mac, Buffer.from(NODE_MAC.replaceAll(":", ""), "hex")));
      const isOwn = packet.inInterface === undefined;
      const octets = isOwn ? frame.subarray(ETHERNET) : frame;
      return [isOwn ? null : this.#slots.get(packet.inInterface!), octets.toString("hex"), this.#serial];
    });
    this.#prober!.stdin!.write(`${JSON.stringify({ packets: sent, last: ids.pop() })}\n`);
    const passed = new Set<number>(JSON.parse(await this.#answer()));
    return ids.map((id) => passed.has(id));
  }

  /** Ends the prober and takes both namespaces away. */
  close(): void {
    this.#prober?.kill();
    for (const name of [this.node, this.#peers]) removeNamespace(name);
  }

  /** The node's table as nft prints it. */
  list(table: string): string {
    return execFileSync("ip", ["netns", "exec", this.node, "nft", "-s", "list", "table", "inet", table], {
      encoding: "utf8",
    });
  }

  async #answer(): Promise<string> {
    const { value, done } = await this.#answers!.next();
    if (done) throw new Error("the prober ended");
    return value;
  }
}

/** Takes away the namespaces of labs whose process has died before it could: their names carry its number. */
function sweep(): void {
  for (const name of existsSync("/run/netns") ? readdirSync("/run/netns") : []) {
    const pid = /^manx-policy-([0-9]+)-/.exec(name)?.[1];
    if (pid && !existsSync(`/proc/${pid}`)) removeNamespace(name);
  }
}

function removeNamespace(name: string): void {
  try {
    execFileSync("ip", ["netns", "del", name], { stdio: "ignore" });
  } catch {
    // It was not there.
  }
}

/** Lines for `ip` in a namespace. @throws Error when it refuses one */
function batch(netns: string, lines: readonly string[]): void {
  execFileSync("ip", ["-n", netns, "-batch", "-"], { input: lines.join("\n"), stdio: ["pipe", "ignore", "inherit"] });
}

function run(command: string, ...args: readonly string[]): void {
  execFileSync(command, args, { stdio: ["ignore", "ignore", "inherit"] });
}
