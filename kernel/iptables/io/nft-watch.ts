import type { Family } from "../../../net/family.ts";
import { KernelError } from "../../error.ts";
import { openNetlink } from "../../io/netlink-socket.ts";
import { NETLINK_NETFILTER } from "../../netlink/header.ts";
import type { NetlinkSocket } from "../../netlink/socket.ts";
import { NFNLGRP_NFTABLES } from "../../nfnetlink/header.ts";
import { changedTables } from "../nft-event.ts";
import type { Disturbance } from "../port.ts";
import type { TableName } from "../table.ts";

/** Hears of every change of anybody to nftables, and says which of them concern our tables of iptables. */
export class NftWatch {
  readonly #socket: NetlinkSocket;

  /** Changes by the processes `own` are passed over. @throws KernelError when no socket can be had */
  constructor(
    family: Family,
    own: ReadonlySet<number>,
    tables: readonly TableName[],
    heard: (where: Disturbance) => void,
    netns?: string,
  ) {
    const options = { protocol: NETLINK_NETFILTER, groups: [NFNLGRP_NFTABLES], receiveBuffer: 32 << 20 };
    this.#socket = openNetlink(netns === undefined ? options : { ...options, netns }, {
      received: (octets) => {
        try {
          for (const table of changedTables(octets, family, own)) if (tables.includes(table)) heard(table);
        } catch (error) {
          if (!(error instanceof KernelError)) throw error;
          heard("all");
        }
      },
      overrun: () => heard("all"),
      failed: () => heard("all"),
    });
  }

  /** Nothing: what we do ourselves is known by who did it. */
  settled(): void {}

  close(): void {
    this.#socket.close();
  }
}
