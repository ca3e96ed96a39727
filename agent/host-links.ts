import type { Link, LinkAddress, LinksListener } from "../kernel/links.ts";
import type { Change } from "../lib/change.ts";
import type { Address } from "../net/address.ts";
import type { NodeGraph } from "./graph/node-graph.ts";
import type { HostAddress } from "./registration/own-address.ts";

/** What the kernel tells of interfaces and addresses, by name and by index. */
export class HostLinks {
  readonly #graph: NodeGraph;
  readonly #links = new Map<number, Link>();
  readonly #byName = new Map<string, number>();
  readonly #addresses = new Map<string, LinkAddress>();

  #isNew = false;

  constructor(graph: NodeGraph) {
    this.#graph = graph;
  }

  /** Feeds the graph; `changed` is called after each change, `heard` with every link as it is told. */
  listener(
    changed: () => void,
    synced: () => void,
    failed: LinksListener["failed"],
    heard: LinksListener["link"] = () => {},
  ): LinksListener {
    return {
      link: (change) => {
        this.#onLink(change);
        heard(change);
        changed();
      },
      address: (change) => {
        if (change.kind === "set") this.#addresses.set(change.key, change.value);
        else this.#addresses.delete(change.key);
        this.#isNew = true;
        changed();
      },
      synced,
      failed,
    };
  }

  ifindexOf(name: string): number | undefined {
    return this.#byName.get(name);
  }

  nameOf(ifindex: number): string {
    return this.#links.get(ifindex)?.name ?? "";
  }

  /** Whether the interface of this name is up and can carry packets. */
  isRunning(name: string): boolean {
    const ifindex = this.#byName.get(name);
    return ifindex !== undefined && this.#links.get(ifindex)?.running === true;
  }

  /** The host's addresses, each with its interface's name. */
  addresses(): readonly HostAddress[] {
    return [...this.#addresses.values()].map(({ ifindex, prefix }) => ({
      interfaceName: this.nameOf(ifindex),
      prefix,
    }));
  }

  /** Whether interfaces or addresses changed since this was last asked. */
  takeNews(): boolean {
    const isNew = this.#isNew;
    this.#isNew = false;
    return isNew;
  }

  /** The addresses of every interface, by its name. */
  byInterface(): ReadonlyMap<string, readonly Address[]> {
    const all = new Map<string, Address[]>();
    for (const name of this.#byName.keys()) all.set(name, []);
    for (const { ifindex, prefix } of this.#addresses.values()) {
      const { family, a, b, c, d } = prefix;
      all.get(this.nameOf(ifindex))?.push({ family, a, b, c, d });
    }
    return all;
  }

  #onLink(change: Change<number, Link>): void {
    this.#isNew = true;
    const before = this.#links.get(change.key);
    const after = change.kind === "set" ? change.value : undefined;
    if (after) this.#links.set(change.key, after);
    else this.#links.delete(change.key);
    // The name may belong to another link by now.
    if (before && before.name !== after?.name && this.#byName.get(before.name) === before.ifindex) {
      this.#byName.delete(before.name);
      this.#graph.onLink({ kind: "delete", key: before.name });
    }
    if (!after) return;
    const { name, ifindex, up } = after;
    this.#byName.set(name, ifindex);
    this.#graph.onLink({ kind: "set", key: name, value: { name, ifindex, up } });
  }
}
