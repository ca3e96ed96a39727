import type { KubernetesEndpointSlice } from "../../datastore/model/kubernetes-endpoint-slice.ts";
import { type Change, remove, set } from "../../lib/change.ts";
import { invariant } from "../../lib/error.ts";
import type { Address } from "../../net/address.ts";
import { addressBits } from "../../net/family.ts";
import type { Prefix } from "../../net/prefix.ts";
import { describeSet, portMember, type SetDefinition } from "../compile/set-definition.ts";
import type { MemberDelta } from "../output.ts";
import type { Labels } from "../selector/evaluate.ts";
import type { SetId, SetKind, SetSpec } from "../set.ts";
import { Contributions, type DeclaredPort } from "./contribution.ts";
import { LabelIndex } from "./label-index.ts";
import type { ItemId } from "./labelled-items.ts";
import { MemberSet } from "./member-set.ts";
import { prefixDiff } from "./prefix-diff.ts";
import { type Backends, portMembers, ServiceBackends } from "./service-backends.ts";

/** Something that can be in sets: an endpoint anywhere in the cluster, or a network set. */
export interface SetItem {
  readonly labels: Labels;
  readonly parents: readonly string[];
  /** Host bits clear. */
  readonly prefixes: readonly Prefix[];
  readonly ports: readonly DeclaredPort[];
}

/** What an item brings into the sets that select it. */
type Brought = Pick<SetItem, "prefixes" | "ports">;

const NOTHING: Brought = { prefixes: [], ports: [] };

interface LiveSet {
  readonly definition: SetDefinition;
  readonly members: MemberSet;
  holders: number;
}

/**
 * Vertex: items, profiles' labels and services' slices in, members of the sets that somebody holds out. A set lives as long as it is held;
 * a set let go and taken up again between two flushes never went.
 */
export class SelectorSets {
  readonly #index = new LabelIndex<LiveSet>();
  readonly #contributions = new Contributions();
  readonly #ids = new Map<string, ItemId>();
  readonly #freeIds: ItemId[] = [];
  readonly #sets = new Map<SetId, LiveSet>();
  readonly #backends = new ServiceBackends();
  /** The sets about each service. */
  readonly #ofService = new Map<string, Set<LiveSet>>();
  readonly #dirty = new Set<LiveSet>();
  /** As of the last flush. */
  readonly #emitted = new Map<SetId, SetKind>();

  /** How many endpoints and network sets there are. */
  get endpointCount(): number {
    return this.#ids.size;
  }

  /** How many sets are needed. */
  get setCount(): number {
    return this.#sets.size;
  }

  /** What a set was made from, while somebody holds it. */
  definition(id: SetId): SetDefinition | undefined {
    return this.#sets.get(id)?.definition;
  }

  /** Whether a held set has the address now, flushed or not. */
  hasAddress(id: SetId, address: Address): boolean {
    return this.#sets.get(id)?.members.has(address) ?? false;
  }

  /** Whether a held set of ports has this one now. */
  hasPort(id: SetId, address: Address, protocol: number, port: number): boolean {
    return this.#sets.get(id)?.members.hasText(portMember(address, protocol, port)) ?? false;
  }

  /** The item under `name` is this now, or is gone. Names of endpoints and of network sets differ. */
  onItem(name: string, item: SetItem | undefined): void {
    const known = this.#ids.get(name);
    if (known === undefined && !item) return;
    const id = known ?? this.#freeIds.pop() ?? this.#ids.size;
    const before = known === undefined ? NOTHING : this.#brought(id);
    const selectedBefore = new Set(known === undefined ? [] : this.#index.selecting(id));
    if (item) {
      this.#ids.set(name, id);
      this.#contributions.set(id, item.prefixes, item.ports);
      this.#index.set(id, item.labels, item.parents);
    } else {
      this.#index.delete(id);
      this.#contributions.delete(id);
      this.#ids.delete(name);
      this.#freeIds.push(id);
    }
    const selected = new Set(item ? this.#index.selecting(id) : []);
    const stayed = [...selected].filter((live) => selectedBefore.has(live));
    for (const live of selectedBefore) if (!selected.has(live)) this.#contribute(live, before, -1);
    for (const live of selected) if (!selectedBefore.has(live)) this.#contribute(live, this.#brought(id), 1);
    if (stayed.length > 0) this.#exchange(stayed, before, this.#brought(id));
  }

  /** The profile gives its children these labels now, or none. */
  onParent(name: string, labels: Labels | undefined): void {
    this.#index.setParent(
      name,
      labels,
      (live, id) => this.#contribute(live, this.#brought(id), -1),
      (live, id) => this.#contribute(live, this.#brought(id), 1),
    );
  }

  /** The slice under `key` (`namespace/name`) is this now, or is gone. */
  onSlice(key: string, slice: KubernetesEndpointSlice | undefined): void {
    const { before, after } = this.#backends.onSlice(key, slice);
    for (const [backends, by] of [
      [after, 1],
      [before, -1],
    ] as const) {
      if (backends) for (const live of this.#ofService.get(backends.service) ?? []) this.#back(live, backends, by);
    }
  }

  /** Somebody refers to the set, once more. */
  hold(definition: SetDefinition): void {
    let live = this.#sets.get(definition.id);
    if (!live) {
      const isOfPorts = definition.port !== undefined || definition.service?.withPorts === true;
      live = { definition, members: new MemberSet(isOfPorts ? "port" : "address"), holders: 0 };
      this.#sets.set(definition.id, live);
      this.#fill(live);
    }
    const same = describeSet(live.definition) === describeSet(definition);
    invariant(same, `two sets have the id ${definition.id}`);
    live.holders++;
    this.#dirty.add(live);
  }

  letGo(id: SetId): void {
    const live = this.#sets.get(id)!;
    live.holders--;
    this.#dirty.add(live);
  }

  /** Tells what changed since the last flush; forgets the sets that nobody holds. */
  flush(sets: Change<SetId, SetSpec>[], members: Map<SetId, MemberDelta>): void {
    for (const live of this.#dirty) {
      const { id } = live.definition;
      const emitted = this.#emitted.get(id);
      if (live.holders === 0) {
        this.#forget(live);
        this.#emitted.delete(id);
        if (emitted) sets.push(remove(id));
        continue;
      }
      const kind = live.members.setKind;
      if (kind !== emitted) sets.push(set(id, { id, kind, about: describeSet(live.definition) }));
      this.#emitted.set(id, kind);
      let delta = live.members.flush();
      if (emitted && kind !== emitted) delta = { added: live.members.all(), removed: [] };
      if (delta) members.set(id, delta);
    }
    this.#dirty.clear();
  }

  #fill(live: LiveSet): void {
    const { selector, service } = live.definition;
    if (selector) {
      this.#index.watch(live, selector);
      for (const id of this.#index.selected(live)) this.#contribute(live, this.#brought(id), 1);
    }
    if (!service) return;
    const others = this.#ofService.get(service.key);
    if (others) others.add(live);
    else this.#ofService.set(service.key, new Set([live]));
    for (const backends of this.#backends.of(service.key)) this.#back(live, backends, 1);
  }

  #forget(live: LiveSet): void {
    const { id, service } = live.definition;
    this.#sets.delete(id);
    this.#index.unwatch(live);
    if (!service) return;
    const others = this.#ofService.get(service.key)!;
    others.delete(live);
    if (others.size === 0) this.#ofService.delete(service.key);
  }

  #back(live: LiveSet, backends: Backends, by: 1 | -1): void {
    const { members, definition } = live;
    this.#dirty.add(live);
    if (definition.service!.withPorts) {
      for (const member of portMembers(backends)) by > 0 ? members.addText(member) : members.dropText(member);
    } else for (const prefix of backends.prefixes) by > 0 ? members.add(prefix) : members.drop(prefix);
  }

  #brought(id: ItemId): Brought {
    return { prefixes: this.#contributions.prefixes(id), ports: this.#contributions.ports(id) };
  }

  /** The same sets get other members of an item: a list of a million nets that differ in one costs no more than reading. */
  #exchange(sets: readonly LiveSet[], before: Brought, after: Brought): void {
    const { gone, come } = prefixDiff(before.prefixes, after.prefixes);
    const isSame = gone.length + come.length === 0;
    for (const live of sets) {
      if (!live.definition.port) {
        this.#contribute(live, { prefixes: gone, ports: [] }, -1);
        this.#contribute(live, { prefixes: come, ports: [] }, 1);
      } else if (!isSame || before.ports !== after.ports) {
        this.#contribute(live, after, 1);
        this.#contribute(live, before, -1);
      }
    }
  }

  #contribute(live: LiveSet, { prefixes, ports }: Brought, by: 1 | -1): void {
    const { members, definition } = live;
    const { port } = definition;
    if (prefixes.length === 0) return;
    this.#dirty.add(live);
    if (!port) {
      for (const prefix of prefixes) by > 0 ? members.add(prefix) : members.drop(prefix);
      return;
    }
    for (const declared of ports) {
      if (declared.name !== port.name || declared.protocol !== port.protocol) continue;
      for (const prefix of prefixes) {
        if (prefix.length !== addressBits[prefix.family]) continue;
        const member = portMember(prefix, declared.protocol, declared.port);
        by > 0 ? members.addText(member) : members.dropText(member);
      }
    }
  }
}
