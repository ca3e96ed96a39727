import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BgpPeer, BgpPeerAnswer, BgpPeersAnswer, BgpRoute, BgpRoutesAnswer } from "../agent/api/bgp.ts";
import { EmbeddedStore } from "../datastore/io/embedded/store.ts";
import type { BGPConfiguration } from "../datastore/model/bgp-configuration.ts";
import type { BGPPeer } from "../datastore/model/bgp-peer.ts";
import type { Resource } from "../datastore/model/schemas.ts";
import { ResourceClient } from "../datastore/resource-client.ts";
import { systemClock } from "../lib/io/clock.ts";
import { systemRandom } from "../lib/io/random.ts";
import { ask } from "./lab/ask.ts";
import { NamespaceDriver } from "./lab/driver.ts";
import { storeName } from "./lab/fabric.ts";
import { machineOf } from "./lab/pods.ts";
import { run } from "./lab/run.ts";
import { waitFor } from "./lab/wait.ts";
import type { Topology } from "./scenario/topology.ts";

const root = new URL("..", import.meta.url).pathname;
const apiVersion = "projectcalico.org/v3" as const;

/** Two nodes, a third that can become their reflector, and a router of another make. */
export const reflectorTopology: Topology = {
  name: "reflector",
  asn: 64512,
  datastore: "embedded",
  nodes: ["n1", "n2", "n3"].map((name, i) => ({
    name,
    addresses: { ipv4: `172.31.0.${i + 1}`, ipv6: `fd00:31::${i + 1}` },
    defaultRoute: false,
  })),
  routers: [{ name: "tor", asn: 65000, addresses: { ipv4: "172.31.0.254", ipv6: "fd00:31::254" } }],
  clients: [],
};

/** A cluster whose BGP resources a test changes one by one, looking at sessions, routes and sockets in between. */
export class BgpLab {
  readonly driver = new NamespaceDriver();
  #store: EmbeddedStore | undefined;
  #client: ResourceClient | undefined;

  async raise(): Promise<void> {
    await this.driver.raise(reflectorTopology);
    const { ground, agents } = this.driver.parts;
    const path = join(ground.folderOf(storeName), "store.db");
    this.#store = new EmbeddedStore({ path }, systemClock, systemRandom);
    this.#client = new ResourceClient(this.#store, systemClock, systemRandom);
    for (const { name } of reflectorTopology.nodes) {
      mkdirSync(join(agents.runDir(name), "secrets"));
      await this.driver.act({ do: "agent", node: name, how: "start" });
    }
  }

  async close(): Promise<void> {
    await this.#store?.close();
    await this.driver.close();
  }

  get client(): ResourceClient {
    return this.#client!;
  }

  async apply(...resources: readonly Resource[]): Promise<void> {
    for (const resource of resources) await this.client.apply(resource);
  }

  /** Applies BGPConfiguration `default`, or another one. */
  configure(spec: BGPConfiguration["spec"], name = "default"): Promise<void> {
    return this.apply({ kind: "BGPConfiguration", apiVersion, metadata: { name }, spec });
  }

  /** Applies a BGPPeer. */
  peer(name: string, spec: BGPPeer["spec"]): Promise<void> {
    return this.apply({ kind: "BGPPeer", apiVersion, metadata: { name }, spec });
  }

  /** Changes a node's own object, which its agent has written. */
  async node(name: string, routeReflectorClusterID: string, labels: Record<string, string>): Promise<void> {
    const node = await this.client.get({ kind: "Node", name });
    const bgp = { ...node.spec.bgp, routeReflectorClusterID };
    await this.client.update({ ...node, metadata: { ...node.metadata, labels }, spec: { ...node.spec, bgp } });
  }

  /** Writes a key of the Secret `bgp` where a node's agent finds it, or takes it away. */
  secret(node: string, key: string, text: string | undefined): void {
    const folder = join(this.driver.parts.agents.runDir(node), "secrets", "bgp");
    mkdirSync(folder, { recursive: true });
    if (text === undefined) rmSync(join(folder, key), { force: true });
    else writeFileSync(join(folder, key), text);
  }

  async #ask<T>(node: string, request: object): Promise<T> {
    return (await ask(`${this.driver.parts.agents.runDir(node)}/agent.sock`, request)) as T;
  }

  /** The speaker's peers of a node, by name; none while it does not answer. */
  async peers(node: string): Promise<ReadonlyMap<string, BgpPeer>> {
    const { peers = [] } = await this.#ask<Partial<BgpPeersAnswer>>(node, { do: "bgp.peers" });
    return new Map(peers.map((one) => [one.name, one]));
  }

  /** Terms of a session that is up, by name, as `manxctl bgp peer` shows them. */
  async terms(node: string, name: string): Promise<ReadonlyMap<string, string>> {
    const { negotiated } = await this.#ask<BgpPeerAnswer>(node, { do: "bgp.peer", name });
    return new Map(negotiated);
  }

  /** Routes of a node to one prefix: the chosen ones, or all paths. */
  async routes(node: string, prefix: string, view: "best" | "all" = "best"): Promise<readonly BgpRoute[]> {
    return (await this.#ask<BgpRoutesAnswer>(node, { do: "bgp.routes", view, prefix })).routes;
  }

  /** Why the agent says that a session is not up. */
  async why(node: string, address: string): Promise<string> {
    const status = await this.driver.parts.agents.status(node);
    return status?.peers.find((one) => one.address === address)?.why ?? "there is no such session";
  }

  isUp(node: string, ...names: readonly string[]): Promise<void> {
    return this.until(`${node} to be up with ${names.join()}`, async () => {
      const peers = await this.peers(node);
      return names.every((name) => peers.get(name)?.state === "Established");
    });
  }

  isDown(node: string, name: string): Promise<void> {
    return this.until(`${node} not to be up with ${name}`, async () => {
      return (await this.peers(node)).get(name)?.state !== "Established";
    });
  }

  /** The BGP connections of a node that are up: one that was closed and opened again has another port. */
  async connections(node: string): Promise<ReadonlyMap<string, string>> {
    const netns = this.driver.parts.ground.netns(node);
    const lines = await run("ss", ["-Htn", "state", "established"], { netns });
    const rows = lines.split("\n").map((line) => line.trim().split(/\s+/));
    const found = rows.flatMap(([, , local = "", remote = ""]) => {
      const isBgp = [local, remote].some((end) => /:(179|1790)$/.test(end));
      return isBgp ? [[remote.replace(/:\d+$/, ""), `${local} ${remote}`] as const] : [];
    });
    return new Map(found.sort(([x], [y]) => (x < y ? -1 : 1)));
  }

  /** Does something and waits for what it is to bring about, and fails when a connection of n1 was lost over it. */
  async without(what: string, deed: () => Promise<void>, holds: () => boolean | Promise<boolean>): Promise<void> {
    const before = await this.connections("n1");
    await deed();
    await this.until(what, holds);
    const now = await this.connections("n1");
    const kept = [...before].filter(([at, connection]) => now.get(at) === connection);
    assert.deepEqual(kept, [...before], `a session was reset by ${what}`);
  }

  /** Does something and waits until n1 has another connection with this address instead of the one it had. */
  async resets(address: string, deed: () => Promise<void>): Promise<void> {
    const before = await this.connections("n1");
    await deed();
    await this.until(`another connection with ${address}`, async () => {
      const now = (await this.connections("n1")).get(address);
      return now !== undefined && now !== before.get(address);
    });
    await this.isUp("n1", address);
    const others = ([at]: readonly [string, string]): boolean => at !== address;
    assert.deepEqual([...(await this.connections("n1"))].filter(others), [...before].filter(others));
  }

  /** A route in a node's kernel, as `ip route` prints it; empty: none. */
  async kernel(node: string, prefix: string): Promise<string> {
    return (await run("ip", ["-n", this.driver.parts.ground.netns(node), "route", "show", prefix])).trim();
  }

  /** The IPv4 addresses of a node's kernel, as `ip address` prints them. */
  addresses(node: string): Promise<string> {
    return run("ip", ["-4", "-n", this.driver.parts.ground.netns(node), "address", "show"]);
  }

  /** Starts `manx speaker` in a pod that announces one network; answers the pod's address and what ends the speaker. */
  async speakerIn(
    pod: string,
    { asn, peer, announces }: { readonly asn: number; readonly peer: string; readonly announces: string },
  ): Promise<readonly [address: string, stop: () => Promise<void>]> {
    const { ground, pods } = this.driver.parts;
    const address = pods.seen().find((one) => one.pod === pod)!.addresses.ipv4;
    const folder = ground.folderOf("speaker");
    const routes = [{ prefix: announces }];
    const peers = [{ address: peer, asn: 64512, connectRetrySeconds: 1 }];
    const config = { asn, routerId: address, listen: { port: 179 }, ebgpRequiresPolicy: false, peers, routes };
    writeFileSync(join(folder, "speaker.yaml"), JSON.stringify(config));
    const command = [`${root}bin/manx`, "speaker", "--config", join(folder, "speaker.yaml")];
    const child = spawn("ip", ["netns", "exec", ground.netns(machineOf(pod)), ...command], {
      env: { ...process.env, MANX_RUN_DIR: folder },
      stdio: "ignore",
    });
    const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
    return [
      address,
      () => {
        child.kill("SIGTERM");
        return ended;
      },
    ];
  }

  /** Where a node's kernel waits for BGP. */
  async listens(node: string): Promise<string> {
    const lines = await run("ss", ["-Htln"], { netns: this.driver.parts.ground.netns(node) });
    const places = [...lines.matchAll(/\s(\S+:(?:179|1790))\s/g)].map(([, place]) => place!);
    return places.sort().join(" ");
  }

  /** Segments that a node's kernel threw away because their MD5 signature was another. */
  async refusedSegments(node: string): Promise<number> {
    const args = ["-asz", "TcpExtTCPMD5Failure"];
    const shown = await run("nstat", args, { netns: this.driver.parts.ground.netns(node) });
    return Number(/TCPMD5Failure\s+(\d+)/.exec(shown)?.[1] ?? 0);
  }

  /** Lines for the router's configuration. Where a neighbour is in them, it forgets how often it has failed to reach n1. */
  async configureRouter(...lines: readonly string[]): Promise<void> {
    const { ground } = this.driver.parts;
    const clear = lines.some((line) => line.includes("neighbor")) ? ["end", "clear bgp 172.31.0.1"] : [];
    const commands = ["configure terminal", ...lines, ...clear].flatMap((line) => ["-c", line]);
    const args = ["--vty_socket", ground.folderOf("tor"), ...commands];
    await run("vtysh", args, { netns: ground.netns("tor") });
  }

  /** What the router has of a prefix: each path with its AS path, next hop and communities. */
  async atRouter(prefix: string): Promise<readonly RouterPath[]> {
    const shown = (await this.driver.parts.routers.get("tor")!.show(`show bgp ipv4 unicast ${prefix} json`)) as {
      readonly paths?: readonly {
        readonly aspath: { readonly string: string };
        readonly nexthops: readonly { readonly ip: string }[];
        readonly community?: { readonly string: string };
        readonly peer: { readonly peerId: string };
      }[];
    };
    return (shown.paths ?? []).map(({ aspath, nexthops, community, peer }) => ({
      from: peer.peerId,
      asPath: aspath.string,
      nextHop: nexthops[0]?.ip ?? "",
      communities: community?.string ?? "",
    }));
  }

  async until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    await waitFor(what, 20_000, async () => ((await holds()) ? true : undefined));
  }
}

/** One path as the router shows it. */
export interface RouterPath {
  readonly from: string;
  readonly asPath: string;
  readonly nextHop: string;
  readonly communities: string;
}
