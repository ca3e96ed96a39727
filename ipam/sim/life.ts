import { poolProblems } from "../../datastore/admission.ts";
import { ipamPrefix } from "../../datastore/ipam-key.ts";
import { writeJson } from "../../datastore/json.ts";
import type { IPPoolSpec } from "../../datastore/model/ip-pool.ts";
import { apiVersion } from "../../datastore/model/resource.ts";
import { resourcePath } from "../../datastore/resource-key.ts";
import type { Store } from "../../datastore/store.ts";
import { ManxError } from "../../lib/error.ts";
import { type Random, seededRandom } from "../../lib/random.ts";
import { SimClock } from "../../lib/sim/clock.ts";
import { seconds } from "../../lib/unit.ts";
import { formatAddress, parseAddress } from "../../net/address-text.ts";
import type { Family } from "../../net/family.ts";
import { covers, parsePrefix } from "../../net/prefix.ts";
import type { Allocator } from "../allocator.ts";
import { Collector } from "../gc/collector.ts";
import { leakGrace } from "../gc/judge.ts";
import { poolOf } from "../pool.ts";
import type { AssignRequest } from "../request.ts";
import { CalicoWriter } from "./calico-writer.ts";
import { LifeModel } from "./life-model.ts";
import { MortalStore } from "./mortal-store.ts";
import { putConfig, putPool, simNode } from "./node.ts";

/** Where a life is lived: clients of one store, and one that looks on and never fails. */
export interface Place {
  readonly client: () => Store;
  readonly witness: Store;
}

const nodes = ["n0", "n1", "n2"] as const;
const handles = Array.from({ length: 10 }, (_, i) => `h${i}`);
/** Handles on which writers in Calico's steps may work too. */
const calicoHandles: ReadonlySet<string> = new Set(["h0", "h1", "h2", "h3"]);
const calicoBlocks = ["10.65.0.0/30", "10.65.0.4/30", "10.65.0.8/30"].map((text) => parsePrefix(text)!);
const basePools: Readonly<Record<string, IPPoolSpec>> = {
  p0: { cidr: "10.65.0.0/28", blockSize: 30 },
  p1: { cidr: "10.66.0.0/29", blockSize: 30 },
  p6: { cidr: "fd00:65::/124", blockSize: 126 },
};
const wishes: readonly (readonly Family[])[] = [
  ["ipv4"],
  ["ipv4"],
  ["ipv6"],
  ["ipv4", "ipv6"],
  ["ipv4", "ipv4", "ipv6"],
];
/** Refusals that any request may meet. */
const refusals: ReadonlySet<string> = new Set(
  [
    "pool-full",
    "no-pools",
    "no-such-pool",
    "block-limit",
    "no-auto-blocks",
    "strict-affinity",
    "address-taken",
    "outside-pools",
    "contended",
  ].map((code) => `ipam/${code}`),
);

interface Agent {
  readonly store: MortalStore;
  readonly allocator: Allocator;
}

/**
 * One random life of a cluster: three agents, writers in Calico's steps, administrators and collectors on one store, each of them dying
 * between any two writes, four at work at a time. The same place and seed give the same life where the place is deterministic.
 */
export class Life {
  readonly violations: string[] = [];
  readonly #place: Place;
  readonly #random: Random;
  readonly #clock = new SimClock();
  readonly #model = new LifeModel();
  readonly #agents = new Map<string, Agent>();
  readonly #collector: Collector;
  readonly #gone = new Set<string>();
  /** The IPv4 address that each handle was given last. */
  readonly #last = new Map<string, string>();
  /** Pools as last written; `undefined` for deleted ones. */
  readonly #pools = new Map<string, IPPoolSpec | undefined>(Object.entries(basePools));

  constructor(place: Place, seed: number) {
    this.#place = place;
    this.#random = seededRandom(seed);
    this.#collector = this.#newCollector();
  }

  /** Lives so many rounds, then lets every pod die and everything be collected. Answers what went wrong, nothing when all is well. */
  async live(rounds: number): Promise<readonly string[]> {
    for (const [name, spec] of this.#pools) await putPool(this.#place.witness, name, spec!);
    for (let round = 0; round < rounds && this.violations.length === 0; round++) {
      if (this.#chance(0.12)) await this.#wide();
      else await Promise.all(this.#distinct(1 + this.#below(4)).map((handle) => this.#narrow(handle)));
      await this.#look(`round ${round}`);
    }
    if (this.violations.length === 0) await this.#end();
    return this.violations;
  }

  #below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }

  #one<T>(members: readonly T[]): T {
    return members[this.#below(members.length)]!;
  }

  #distinct(count: number): readonly string[] {
    const left = [...handles];
    return Array.from({ length: count }, () => left.splice(this.#below(left.length), 1)[0]!);
  }

  #mortal(): MortalStore {
    const mortality = { refused: 0.05, unanswered: 0.05, dies: 0.05 };
    return new MortalStore(this.#place.client(), this.#random, mortality);
  }

  #agent(name: string): Agent {
    const known = this.#agents.get(name);
    if (known && !known.store.isDead) return known;
    const store = this.#mortal();
    const fresh = { store, allocator: simNode(name, store, { clock: this.#clock, seed: this.#below(1 << 30) }) };
    this.#agents.set(name, fresh);
    return fresh;
  }

  #newCollector(): Collector {
    const { witness } = this.#place;
    const isNodeGone = (name: string): boolean => this.#gone.has(name);
    return new Collector(
      {
        store: witness,
        clock: this.#clock,
        tell: () => {},
        world: () =>
          Promise.resolve({
            nodes: new Set(nodes.filter((name) => !isNodeGone(name))),
            pools: [...this.#pools].flatMap(([name, spec]) => (spec && poolOf({ metadata: { name }, spec })) ?? []),
            hasPod: (held) => this.#model.isLiving(held.handle),
          }),
        isDead: (held) => Promise.resolve(!this.#model.isLiving(held.handle)),
        isNodeGone: (name) => Promise.resolve(isNodeGone(name)),
        allocatorFor: (owner) => simNode(owner.replace(/^host:/, ""), witness, { clock: this.#clock }),
      },
      { grace: leakGrace },
    );
  }

  async #look(when: string): Promise<void> {
    const { entries } = await this.#place.witness.list(ipamPrefix);
    for (const violation of this.#model.violations(entries)) this.violations.push(`${when}: ${violation}`);
  }

  /** Performs something; what it says of refusals and lost answers is understood, anything else is a violation. */
  async #attempt<T>(what: string, act: () => Promise<T>): Promise<T | "refused" | "lost"> {
    try {
      return await act();
    } catch (error) {
      const code = error instanceof ManxError ? error.code : "";
      if (code === "datastore/unavailable") return "lost";
      if (!refusals.has(code)) this.violations.push(`${what}: ${String(error)}`);
      return "refused";
    }
  }

  /** Something that concerns one handle, or none. */
  async #narrow(handle: string): Promise<void> {
    const node = this.#one(nodes.filter((name) => !this.#gone.has(name)));
    const { allocator, store } = this.#agent(node);
    const lot = this.#below(100);
    if (lot < 34) return this.#assign(allocator, node, handle);
    if (lot < 54) return this.#releaseHandle(allocator, handle);
    if (lot < 62) return this.#releaseAddress(allocator, handle);
    if (lot < 76 && calicoHandles.has(handle)) return this.#asCalico(handle);
    if (lot < 80) return this.#ask(allocator, handle);
    if (lot < 84) store.kill();
    else if (lot < 88) await this.#attempt("releaseEmptyBlocks", () => allocator.releaseEmptyBlocks());
    else if (lot < 90) await this.#attempt("releaseAffinities", () => allocator.releaseAffinities());
    else if (lot < 94) await this.#administrate();
    else if (lot < 97) await this.#collector.round();
    else this.#clock.advance(seconds(this.#below(70)));
  }

  async #assign(allocator: Allocator, node: string, handle: string): Promise<void> {
    const expected = this.#model.of(handle);
    if (expected.isDead) return;
    const base = { handle, attributes: { node, namespace: "d", pod: handle } };
    const byName = this.#chance(0.15);
    const pools = !byName && this.#chance(0.2) ? [this.#one(["p0", "p1"])] : undefined;
    const addresses = byName ? [parseAddress(this.#name(handle))!] : undefined;
    const families = pools ? (["ipv4"] as const) : this.#one(wishes);
    const request: AssignRequest = { ...base, families, ...(pools && { pools }), ...(addresses && { addresses }) };
    const given = await this.#attempt(`assign to ${handle}`, () => allocator.assign(request));
    if (given === "refused") return;
    if (given === "lost" || expected.addresses === "unsure") {
      expected.addresses = "unsure";
      return;
    }
    if (given.length !== (addresses ?? families).length) this.violations.push(`${handle}: ${given.length} addresses`);
    for (const { address } of given) {
      const isWanted = addresses ? formatAddress(address) === formatAddress(addresses[0]!) : true;
      const within = pools && parsePrefix(basePools[pools[0]!]!.cidr)!;
      if (!isWanted || (within && !covers(within, address)))
        this.violations.push(`${handle}: ${formatAddress(address)} was not asked for`);
      expected.addresses.add(formatAddress(address));
      if (address.family === "ipv4") this.#last.set(handle, formatAddress(address));
    }
  }

  /** An address to ask for: what the handle was given last, if anything, or any of two pools. */
  #name(handle: string): string {
    const last = this.#last.get(handle);
    return last !== undefined && this.#chance(0.6) ? last : this.#one(["10.65.0.", "10.66.0."]) + this.#below(16);
  }

  async #releaseHandle(allocator: Allocator, handle: string): Promise<void> {
    const expected = this.#model.of(handle);
    const freed = await this.#attempt(`release ${handle}`, () => allocator.releaseByHandle(handle));
    if (freed === "refused" || freed === "lost") {
      expected.addresses = "unsure";
      return;
    }
    const told = expected.addresses;
    if (
      told !== "unsure" &&
      !expected.isDead &&
      (freed.length !== told.size || !freed.every((one) => told.has(formatAddress(one))))
    )
      this.violations.push(`${handle}: released ${freed.map(formatAddress)} instead of ${[...told]}`);
    expected.addresses = new Set();
    expected.isTorn = false;
    expected.isDead = false;
  }

  async #releaseAddress(allocator: Allocator, handle: string): Promise<void> {
    const expected = this.#model.of(handle);
    if (expected.addresses === "unsure" || expected.isDead || expected.addresses.size === 0) return;
    const text = this.#one([...expected.addresses]);
    const address = parseAddress(text)!;
    if (this.#chance(0.3)) {
      const wrong = await allocator.release([{ address, handle: "somebody" }]).catch((error: unknown) => error);
      if (!(wrong instanceof ManxError)) this.violations.push(`${text} was released for somebody else`);
      return;
    }
    const free = await this.#attempt(`release ${text}`, () => allocator.release([{ address, handle }]));
    if (free === "lost" || free === "refused") expected.addresses = "unsure";
    else if (free.length > 0) this.violations.push(`${text} of ${handle} was free already`);
    else expected.addresses.delete(text);
  }

  async #ask(allocator: Allocator, handle: string): Promise<void> {
    const expected = this.#model.of(handle);
    const held = await this.#attempt(`ask for ${handle}`, () => allocator.addressesOf(handle));
    if (held === "lost" || held === "refused" || expected.isDead) return;
    if (!expected.isTorn) expected.addresses = new Set(held.map(formatAddress));
  }

  /** A writer in Calico's steps assigns, releases or gives a block up, and may die on the way. */
  async #asCalico(handle: string): Promise<void> {
    const expected = this.#model.of(handle);
    const store = this.#mortal();
    // A Calico tries again when it has no answer; it is dying that tears things.
    Object.assign(store.mortality, { refused: 0, unanswered: 0, dies: 0.15 });
    const writer = new CalicoWriter(store, this.#one(nodes.filter((name) => !this.#gone.has(name))), calicoBlocks);
    if (expected.isDead || this.#chance(0.15)) {
      await this.#attempt("give up", () => writer.giveUp(this.#one(calicoBlocks)));
      if (store.isDead) this.#model.isAnyTorn = true;
      return;
    }
    if (this.#chance(0.4)) {
      const freed = await this.#attempt("release in steps", () => writer.release(handle));
      if (typeof freed === "string") Object.assign(expected, { isTorn: true, addresses: "unsure" });
      else if (expected.addresses !== "unsure") for (const one of freed) expected.addresses.delete(formatAddress(one));
      return;
    }
    const given = await this.#attempt("assign in steps", () => writer.assign(handle));
    if (store.isDead) this.#model.isAnyTorn = true;
    if (given === "lost" || given === "refused") Object.assign(expected, { isTorn: true, addresses: "unsure" });
    else if (given && expected.addresses !== "unsure") expected.addresses.add(formatAddress(given));
  }

  /** Settings, reservations and pools change. */
  async #administrate(): Promise<void> {
    const { witness } = this.#place;
    const lot = this.#below(4);
    if (lot === 0) {
      const cooldown = this.#chance(0.4) ? { ipCooldownSeconds: 60 } : {};
      return putConfig(witness, {
        strict_affinity: this.#chance(0.4),
        auto_allocate_blocks: this.#chance(0.9),
        ...cooldown,
      });
    }
    const key = resourcePath({ kind: "IPReservation", name: "r" });
    const spec = { reservedCIDRs: [`10.65.0.${this.#below(16)}/32`, `10.65.0.${4 * this.#below(4)}/30`] };
    const value = writeJson({ kind: "IPReservation", apiVersion, metadata: { name: "r" }, spec });
    if (lot === 1) await witness.commit([], [{ key, value }], []);
    else if (lot === 2) await witness.commit([], [], [key]);
    else await this.#setPool("p0", { ...basePools["p0"]!, disabled: this.#chance(0.4) });
  }

  async #setPool(name: string, spec: IPPoolSpec): Promise<void> {
    this.#pools.set(name, spec);
    await putPool(this.#place.witness, name, spec);
  }

  /** Something that concerns many handles; nothing else happens meanwhile but what the agents had on their way. */
  async #wide(): Promise<void> {
    const lot = this.#below(5);
    if (lot === 0) return this.#podsDie();
    if (lot === 1) return this.#togglePool();
    if (lot === 2) return this.#nodeGoes();
    if (lot === 3) {
      this.#gone.clear();
      return;
    }
    this.#clock.advance(leakGrace);
    await this.#collector.round();
  }

  #podsDie(): Promise<void> {
    for (const handle of this.#distinct(2)) this.#model.of(handle).isDead = true;
    return Promise.resolve();
  }

  /** p1 is disabled, emptied of affinities and deleted, by somebody who may die on the way; or made anew, perhaps with other blocks. */
  async #togglePool(): Promise<void> {
    const { witness } = this.#place;
    if (this.#pools.get("p1")) {
      await this.#setPool("p1", { ...basePools["p1"]!, disabled: true });
      for (const name of nodes) {
        const store = this.#mortal();
        const admin = simNode(name, store, { clock: this.#clock });
        await this.#attempt("empty the pool", () => admin.releaseAffinities(parsePrefix(basePools["p1"]!.cidr)!));
        if (store.isDead) return;
      }
      this.#pools.set("p1", undefined);
      await witness.commit([], [], [resourcePath({ kind: "IPPool", name: "p1" })]);
      return;
    }
    const spec = { ...basePools["p1"]!, blockSize: this.#one([29, 30, 31]) };
    const pool = { kind: "IPPool", apiVersion, metadata: { name: "p1" }, spec } as const;
    if ((await poolProblems(pool, [], witness)).length === 0) await this.#setPool("p1", spec);
  }

  /** A node's deletion, by somebody who may die on the way: its addresses go back, its blocks lose it. */
  async #nodeGoes(): Promise<void> {
    const name = this.#one(nodes);
    this.#gone.add(name);
    if (this.#gone.size === nodes.length) this.#gone.delete(this.#one(nodes));
    this.#agents.get(name)?.store.kill();
    const admin = simNode(name, this.#mortal(), { clock: this.#clock });
    const freed = await this.#attempt("release the host", () => admin.releaseHost());
    if (freed === "lost" || freed === "refused") {
      // Any address of the node may have gone back.
      for (const handle of handles) this.#model.of(handle).addresses = "unsure";
      return;
    }
    const gone = new Set(freed.map(formatAddress));
    for (const handle of handles) {
      const { addresses } = this.#model.of(handle);
      if (addresses !== "unsure") for (const one of addresses) if (gone.has(one)) addresses.delete(one);
    }
    await this.#attempt("release the host's blocks", () => admin.releaseAffinities());
  }

  /** Every pod ends, every node goes, everything is collected: nothing may be left. */
  async #end(): Promise<void> {
    const { witness } = this.#place;
    const kubelet = simNode("n0", witness, { clock: this.#clock });
    for (const handle of handles) {
      if (this.#chance(0.5)) await this.#releaseHandle(kubelet, handle);
      else this.#model.of(handle).isDead = true;
    }
    await this.#look("at the end");
    for (const name of nodes) this.#gone.add(name);
    for (let i = 0; i < 4; i++) {
      this.#clock.advance(leakGrace);
      await this.#collector.round();
    }
    const { entries } = await witness.list(ipamPrefix);
    for (const { key } of entries) if (!key.endsWith("/config")) this.violations.push(`left over: ${key}`);
  }
}
