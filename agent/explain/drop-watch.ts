import { formatTimestamp } from "../../datastore/timestamp.ts";
import type { LoggedPacket } from "../../kernel/nflog/logged-packet.ts";
import type { NflogPort, OpenNflog } from "../../kernel/nflog/port.ts";
import type { Cancel, Clock } from "../../lib/clock.ts";
import { seconds } from "../../lib/unit.ts";
import { formatAddress } from "../../net/address-text.ts";
import type { PolicyDrop, PolicyDropsAnswer, PolicyDropsRequest } from "../api/explain.ts";
import { dropTag } from "../dataplane/drop-tag.ts";
import { DropRing } from "./drop-ring.ts";
import type { LivePolicy } from "./live-policy.ts";
import { isEndpoint, podName } from "./pod-name.ts";

/** How long drops are listened to after somebody asked, seconds: longer than it takes to ask again. */
const lease = 10;

/** What a watch needs of the node. */
export interface DropWatchPorts {
  readonly node: string;
  /** The log group of the rules that drop. */
  readonly group: number;
  readonly open: OpenNflog;
  readonly clock: Clock;
  readonly live: LivePolicy;
  /** The name of an interface; empty when there is none. */
  readonly nameOf: (ifindex: number) => string;
}

/**
 * Hears of the packets that our rules drop, only while somebody asks: the kernel copies nothing to a group that nobody has
 * bound. Who asks gets what came since; when nobody has asked for some seconds the group is let go.
 */
export class DropWatch {
  readonly #ports: DropWatchPorts;
  readonly #ring = new DropRing();
  #port: Promise<NflogPort> | undefined;
  #letGo: Cancel = () => {};
  #names: ReadonlyMap<string, string> | undefined;
  #namedFrom: unknown;

  constructor(ports: DropWatchPorts) {
    this.#ports = ports;
  }

  /** Whether the group is bound. */
  get isListening(): boolean {
    return this.#port !== undefined;
  }

  /** What was dropped since. @throws KernelError when another program has the group */
  async answer({ after, endpoint }: PolicyDropsRequest): Promise<PolicyDropsAnswer> {
    const isNew = this.#port === undefined;
    if (isNew) this.#ring.forgetLost();
    await this.#listen();
    const { drops, missed } = this.#ring.from(after ?? this.#ring.next);
    if (after !== undefined) this.#ring.forgetLost();
    const wanted =
      endpoint === undefined
        ? drops
        : drops.filter(({ from, to }) => isEndpoint(from, endpoint) || isEndpoint(to, endpoint));
    return { ok: true, node: this.#ports.node, drops: wanted, next: this.#ring.next, missed };
  }

  /** Stops listening at once. */
  close(): void {
    this.#letGo();
    const port = this.#port;
    this.#port = undefined;
    void port?.then((open) => open.close());
  }

  async #listen(): Promise<void> {
    this.#letGo();
    this.#letGo = this.#ports.clock.after(seconds(lease), () => this.close());
    this.#port ??= this.#ports.open(
      { group: this.#ports.group },
      {
        packet: (packet) => this.#heard(packet),
        lost: (count) => this.#ring.lose(Math.max(1, count)),
        failed: () => this.close(),
      },
    );
    try {
      await this.#port;
    } catch (error) {
      this.#letGo();
      this.#port = undefined;
      throw error;
    }
  }

  #heard({ prefix, headers, inInterface, outInterface, timestamp }: LoggedPacket): void {
    if (!headers) return;
    const { nameOf, clock, live } = this.#ports;
    const [inName, outName] = [inInterface, outInterface].map((ifindex) => (ifindex === 0 ? "" : nameOf(ifindex)));
    const { source, destination, length, ...kind } = headers;
    const [from, to] = [inName, outName].map((name) => {
      const known = name ? live.endpoints.get(name)?.endpoint : undefined;
      return known === undefined ? undefined : podName(known);
    });
    const drop: Omit<PolicyDrop, "serial"> = {
      at: timeOf(Math.floor(timestamp ?? clock.wall())),
      by: this.#nameOf(prefix),
      source: formatAddress(source),
      destination: formatAddress(destination),
      ...kind,
      ...(inName && { inInterface: inName }),
      ...(outName && { outInterface: outName }),
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      length,
    };
    this.#ring.add(drop);
  }

  /** The whole name of a rule whose tag had to be cut; others' tags are their names. */
  #nameOf(tag: string): string {
    const rules = this.#ports.live.rules();
    if (this.#namedFrom !== rules) {
      const cut = [...rules.keys()].filter((name) => dropTag(name) !== name);
      this.#names = new Map(cut.map((name) => [dropTag(name), name]));
      this.#namedFrom = rules;
    }
    return this.#names?.get(tag) ?? tag;
  }
}

/** RFC 3339, to the millisecond. */
function timeOf(wallMs: number): string {
  const millis = ((wallMs % 1000) + 1000) % 1000;
  return formatTimestamp(wallMs).replace("Z", `.${String(millis).padStart(3, "0")}Z`);
}
