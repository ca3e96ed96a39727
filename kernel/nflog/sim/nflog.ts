import { errno } from "../../errno.ts";
import { refused } from "../../error.ts";
import { readHeaders } from "../headers.ts";
import type { LoggedPacket } from "../logged-packet.ts";
import type { NflogListener, NflogOptions, OpenNflog } from "../port.ts";

/** What a simulated rule logs: a packet, and what is known of it. */
export type Logged = Pick<LoggedPacket, "octets"> & Partial<Omit<LoggedPacket, "headers">>;

/** Log groups in memory: whoever plays the rules calls `log`. */
export class SimNflog {
  readonly #groups = new Map<number, { readonly options: NflogOptions; readonly listener: NflogListener }>();

  /** The port. */
  readonly open: OpenNflog = async (options, listener) => {
    const { group } = options;
    if (this.#groups.has(group)) throw refused(`binding of log group ${group}`, errno.EPERM);
    const own = { options, listener };
    this.#groups.set(group, own);
    return {
      close: () => {
        if (this.#groups.get(group) === own) this.#groups.delete(group);
      },
    };
  };

  /** A rule logs a packet to a group; nobody hears when the group is not bound. */
  log(group: number, { octets, ...rest }: Logged): void {
    const bound = this.#groups.get(group);
    if (!bound) return;
    const kept = octets.slice(0, bound.options.copyRange ?? 128);
    const packet: LoggedPacket = {
      prefix: "",
      hook: undefined,
      inInterface: 0,
      outInterface: 0,
      mark: 0,
      timestamp: undefined,
      ...rest,
      octets: kept,
      headers: readHeaders(kept),
    };
    queueMicrotask(() => {
      if (this.#groups.get(group) === bound) bound.listener.packet(packet);
    });
  }

  /** Packets are lost on their way to a group's listener. */
  lose(group: number, count: number): void {
    this.#groups.get(group)?.listener.lost(count);
  }
}
