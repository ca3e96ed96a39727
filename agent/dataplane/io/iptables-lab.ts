import { spawn } from "node:child_process";
import type { Family } from "../../../net/family.ts";
import { lowered } from "../iptables/sim/lowered.ts";
import { ipsetText, restoreText } from "../iptables/sim/restore-text.ts";
import type { FirewallOptions } from "../options.ts";
import type { Firewall } from "../sim/agreement.ts";
import { HOST_ADDRESSES, LAB_INTERFACES, TRANSLATED, UPLINK_PACKET } from "../sim/lab-net.ts";
import { PacketLab } from "./packet-lab.ts";

/** The kernel's iptables of either kind in a namespace of its own, written whole for every policy. */
export class IptablesLab implements Firewall {
  readonly lab: PacketLab;
  readonly #options: FirewallOptions;
  readonly #backend: "nft" | "legacy";

  constructor(name: string, options: FirewallOptions, backend: "nft" | "legacy") {
    this.lab = new PacketLab(name, UPLINK_PACKET);
    this.#options = options;
    this.#backend = backend;
  }

  open(): Promise<void> {
    return this.lab.open(LAB_INTERFACES, HOST_ADDRESSES, TRANSLATED);
  }

  async enforce(output: Parameters<Firewall["enforce"]>[0]): Promise<void> {
    await Promise.all([this.#write(output, "ipv4"), this.#write(output, "ipv6")]);
  }

  send(packets: Parameters<Firewall["send"]>[0]): Promise<boolean[]> {
    return this.lab.send(packets);
  }

  close(): void {
    this.lab.close();
  }

  /** Without --noflush, so that nothing of an earlier policy stays in the tables that this one writes. */
  async #write(output: Parameters<Firewall["enforce"]>[0], family: Family): Promise<void> {
    const { tables, ipsets } = lowered([output], family, this.#options);
    await this.#feed(["ipset", "restore"], ipsetText(ipsets));
    const tool = `${family === "ipv4" ? "iptables" : "ip6tables"}-${this.#backend}-restore`;
    await this.#feed([tool, "-w", "5"], `*mangle\nCOMMIT\n${restoreText(tables)}`);
  }

  /** @throws Error with the program's own words when it refuses the text */
  #feed(command: readonly string[], text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = spawn("ip", ["netns", "exec", this.lab.node, ...command], { stdio: ["pipe", "ignore", "pipe"] });
      let complaint = "";
      child.stderr.on("data", (octets) => (complaint += octets));
      child.on("error", reject);
      child.on("close", (code) => {
        if (code === 0) resolve();
        else reject(new Error(`${command[0]}: ${complaint}\n${text}`));
      });
      child.stdin.end(text);
    });
  }
}
