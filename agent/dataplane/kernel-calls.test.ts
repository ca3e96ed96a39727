import assert from "node:assert/strict";
import { KernelError } from "../../kernel/error.ts";
import type { IpsetPort } from "../../kernel/ipset/port.ts";
import type { IptablesPort } from "../../kernel/iptables/port.ts";
import type { NftablesPort } from "../../kernel/nftables/port.ts";
import { callNames, KernelCalls } from "./kernel-calls.ts";

const set = { name: "cali40a", type: "hash:net", family: "inet", maxelem: 9 } as const;

describe("what is asked of the kernel", () => {
  const counts = (calls: KernelCalls) =>
    Object.fromEntries(callNames.flatMap((name) => (calls.count(name) > 0 ? [[name, calls.count(name)]] : [])));
  const fails = (): Promise<never> =>
    Promise.reject(new KernelError("kernel/overrun", "lost", { operation: "list", errno: 0 }));

  it("is counted in iptables by call and line, and a look that failed too", async () => {
    const calls = new KernelCalls();
    const asked: string[] = [];
    const port = {
      name: "ipv4 nft",
      restore: async (table: string, lines: readonly string[]) => {
        asked.push(`${table} ${lines.join("; ")}`);
        return { kind: "committed" };
      },
      save: async () => new Map(),
      saveAll: fails,
    } as unknown as IptablesPort;
    const counted = calls.iptables(port);
    assert.deepEqual(await counted.restore("filter", ["-A a", "-A b"]), { kind: "committed" });
    await counted.save("raw");
    await assert.rejects(counted.saveAll(), /lost/);
    assert.deepEqual([counted.name, asked], ["ipv4 nft", ["filter -A a; -A b"]]);
    assert.deepEqual(counts(calls), {
      iptables_lines_executed: 2,
      iptables_restore_calls: 1,
      iptables_save_calls: 2,
      iptables_save_errors: 1,
    });
  });

  it("is counted in ipset by member, and by set that comes or goes", async () => {
    const calls = new KernelCalls();
    const counted = calls.ipsets({ execute: async () => [] } as unknown as IpsetPort);
    const keys = [{}, {}, {}] as never;
    await counted.execute([
      { kind: "create", set },
      { kind: "add", set, keys },
      { kind: "destroy", name: "b" },
    ]);
    assert.deepEqual(counts(calls), { ipset_calls: 1, ipset_lines_executed: 5 });
  });

  it("is counted in nftables by transaction and by look", async () => {
    const calls = new KernelCalls();
    const port = { commit: async () => ({ kind: "committed" }), dump: fails, rules: async () => new Map() };
    const counted = calls.nftables(port as unknown as NftablesPort);
    await counted.commit([]);
    await counted.rules();
    await assert.rejects(counted.dump(), /lost/);
    assert.deepEqual(counts(calls), { nft_calls: 1, nft_list_calls: 2, nft_list_errors: 1 });
  });
});
