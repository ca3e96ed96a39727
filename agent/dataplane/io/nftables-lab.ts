import { openNetlink } from "../../../kernel/io/netlink-socket.ts";
import { NfnetlinkPort } from "../../../kernel/nftables/nfnetlink-port.ts";
import { RulesetDriver } from "../../../kernel/nftables/ruleset-driver.ts";
import { manxTable } from "../../../kernel/nftables/table.ts";
import { systemClock } from "../../../lib/io/clock.ts";
import { tableOf } from "../nftables/sim/table-of.ts";
import type { FirewallOptions } from "../options.ts";
import type { Firewall } from "../sim/agreement.ts";
import { HOST_ADDRESSES, LAB_INTERFACES, TRANSLATED, UPLINK_PACKET } from "../sim/lab-net.ts";
import { PacketLab } from "./packet-lab.ts";

/** The kernel's nftables in a namespace of its own, as a firewall that packets can ask. */
export class NftablesLab implements Firewall {
  readonly lab: PacketLab;
  readonly #options: FirewallOptions;
  #driver: RulesetDriver | undefined;
  #port: NfnetlinkPort | undefined;

  constructor(name: string, options: FirewallOptions) {
    this.lab = new PacketLab(name, UPLINK_PACKET);
    this.#options = options;
  }

  async open(): Promise<void> {
    await this.lab.open(LAB_INTERFACES, HOST_ADDRESSES, TRANSLATED);
    this.#port = new NfnetlinkPort(openNetlink, manxTable, `/run/netns/${this.lab.node}`);
    const tell = (fact: object) => {
      if ("error" in fact) throw new Error(JSON.stringify(fact));
    };
    this.#driver = new RulesetDriver({ port: this.#port, clock: systemClock, table: manxTable, tell });
    this.#driver.allowDeletes();
  }

  async enforce(output: Parameters<Firewall["enforce"]>[0]): Promise<void> {
    this.#driver!.want(tableOf(output, this.#options, manxTable));
    await this.#driver!.apply();
  }

  send(packets: Parameters<Firewall["send"]>[0]): Promise<boolean[]> {
    return this.lab.send(packets);
  }

  close(): void {
    this.#driver?.close();
    this.#port?.close();
    this.lab.close();
  }
}
