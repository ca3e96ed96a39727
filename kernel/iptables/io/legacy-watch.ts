import type { Family } from "../../../net/family.ts";
import { addon, check } from "../../io/addon.ts";
import { withNetns } from "../../io/netns.ts";
import type { Disturbance } from "../port.ts";
import type { TableName } from "../table.ts";

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_RAW = 3;
const IPPROTO_RAW = 255;
const SOL_IP = 0;
const SOL_IPV6 = 41;
/** IPT_SO_GET_INFO and IP6T_SO_GET_INFO (linux/netfilter_ipv4/ip_tables.h). */
const GET_INFO = 64;
/** struct ipt_getinfo: name[32], then valid_hooks, hook_entry[5], underflow[5], num_entries, size, four octets each. */
const infoOctets = 84;
const pollMs = 250;
/** A table that cannot be had is asked for so rarely: each time the kernel looks for its module. */
const pollsPerMissing = 120;

/**
 * The legacy tables have no notifications. What can be asked for a microsecond each is where a table's chains begin and how many
 * entries and octets it has: whoever adds, removes or flushes changes that. A rule replaced by one of the same size is found
 * when all is read (the driver does so every minute).
 */
export class LegacyWatch {
  readonly #fd: number;
  readonly #level: number;
  readonly #tables: readonly TableName[];
  readonly #heard: (where: Disturbance) => void;
  readonly #seen = new Map<TableName, string>();
  readonly #timer: NodeJS.Timeout;
  #closed = false;
  #polls = 0;

  /** @throws KernelError when no socket can be had */
  constructor(family: Family, tables: readonly TableName[], heard: (where: Disturbance) => void, netns?: string) {
    const domain = family === "ipv4" ? AF_INET : AF_INET6;
    this.#level = family === "ipv4" ? SOL_IP : SOL_IPV6;
    this.#fd = withNetns(netns, (fd) =>
      check("open a socket to iptables", addon().socket(domain, SOCK_RAW, IPPROTO_RAW, fd)),
    );
    this.#tables = tables;
    this.#heard = heard;
    this.settled();
    this.#timer = setInterval(() => this.#poll(), pollMs);
  }

  /** What stands there now was made, or is about to be read, by us. */
  settled(): void {
    for (const table of this.#tables) this.#seen.set(table, this.#info(table));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    addon().close(this.#fd);
  }

  #poll(): void {
    this.#polls++;
    for (const table of this.#tables) {
      const seen = this.#seen.get(table);
      if (seen === "" && this.#polls % pollsPerMissing !== 0) continue;
      const info = this.#info(table);
      if (info === seen) continue;
      this.#seen.set(table, info);
      this.#heard(table);
    }
  }

  #info(table: TableName): string {
    const room = new Uint8Array(infoOctets);
    room.set(Buffer.from(table, "latin1"));
    // No such table (its module is not there) is a state like any other.
    const result = addon().getsockopt(this.#fd, this.#level, GET_INFO, room);
    return result < 0 ? "" : Buffer.from(room.buffer).toString("latin1");
  }
}
