import { execFileSync } from "node:child_process";
import { openNetlink } from "../kernel/io/netlink-socket.ts";
import { type ScratchNetns, scratchNetns } from "../kernel/io/scratch-netns.ts";
import type { Chain } from "../kernel/nftables/chain.ts";
import { NfnetlinkPort } from "../kernel/nftables/nfnetlink-port.ts";
import { printTable } from "../kernel/nftables/print.ts";
import { RulesetDriver } from "../kernel/nftables/ruleset-driver.ts";
import { manxTable, type Table } from "../kernel/nftables/table.ts";
import { systemClock } from "../lib/io/clock.ts";
import { ipv4 } from "../net/address.ts";
import { formatAddress } from "../net/address-text.ts";
import { hostPrefix } from "../net/prefix.ts";

/** Median milliseconds of ours and of a spawned `nft -f` that does the same, and what we may take. */
interface Figure {
  readonly figure: string;
  readonly ours: readonly number[];
  readonly nft: readonly number[];
  readonly budget: number;
}

const ruleCount = 10;

/**
 * Milliseconds from the wish to the kernel's acknowledgement, by the driver: 10,000 rules in 1,000 chains loaded, one chain of
 * ten replaced among them, one element added to a hash set of 100,000 and to an interval set of as many; beside each the same by
 * a spawned `nft -f`. Arguments: `--rounds N`. Needs root.
 */
export async function run(argv: readonly string[]): Promise<void> {
  const at = argv.indexOf("--rounds");
  const rounds = at < 0 ? 200 : Number(argv[at + 1]);
  const netns = scratchNetns();
  try {
    const load = await loads(netns);
    const changes = await changesOf(netns, rounds);
    for (const { figure, ours, nft, budget } of [load, ...changes]) {
      const line = { bench: "nft", figure, ms: round(median(ours)), p95: round(percentile(ours, 0.95)) };
      const theirs = { nftMs: round(median(nft)), ratio: round(median(ours) / median(nft)) };
      console.log(JSON.stringify({ ...line, ...theirs, budget, ok: median(ours) <= budget }));
    }
  } finally {
    netns.close();
  }
}

function chain(index: number, salt: number): Chain {
  const rules = Array.from({ length: ruleCount }, (_, rule) => ({
    name: `np/ns/policy-${index}|${rule}`,
    expressions: [
      { kind: "address", field: "saddr", prefix: hostPrefix(ipv4(0x0a000000 + index * 256 + rule + salt * 2 ** 20)) },
      { kind: "port", protocol: "tcp", field: "dport", from: 1000 + rule, to: 1000 + rule },
      { kind: "counter" },
      { kind: "accept" },
    ] as const,
  }));
  return { name: `pi-${index}`, rules };
}

const tenThousand = (salt: number): Table => ({
  ...manxTable,
  sets: [],
  maps: [],
  chains: Array.from({ length: 1000 }, (_, index) => chain(index, salt)),
});

function open(netns: ScratchNetns): { readonly driver: RulesetDriver; close(): void } {
  const port = new NfnetlinkPort(openNetlink, manxTable, netns.path);
  const driver = new RulesetDriver({ port, clock: systemClock, table: manxTable, tell: (fact) => console.error(fact) });
  driver.allowDeletes();
  const close = (): void => {
    driver.close();
    port.close();
  };
  return { driver, close };
}

function nft(netns: ScratchNetns, input: string): number {
  const start = performance.now();
  execFileSync("ip", ["netns", "exec", netns.name, "nft", "-f", "-"], { input });
  return performance.now() - start;
}

async function loads(netns: ScratchNetns): Promise<Figure> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < 5; round++) {
    const wish = tenThousand(round);
    const { driver, close } = open(netns);
    const start = performance.now();
    driver.want(wish);
    await driver.apply();
    ours.push(performance.now() - start);
    close();
    nft(netns, "delete table inet manx");
    theirs.push(nft(netns, printTable(wish)));
    nft(netns, "delete table inet manx");
  }
  return { figure: "load 10,000 rules", ours, nft: theirs, budget: 100 };
}

async function changesOf(netns: ScratchNetns, rounds: number): Promise<Figure[]> {
  const { driver, close } = open(netns);
  driver.want(tenThousand(0));
  driver.wantSet({ name: "hosts", key: ["ipv4_addr"] });
  driver.wantSet({ name: "nets", key: ["ipv4_addr"], interval: true });
  const addresses = Array.from({ length: 100_000 }, (_, i) => formatAddress(ipv4(0x0a000000 + i * 4)));
  driver.changeElements("hosts", addresses);
  driver.changeElements(
    "nets",
    addresses.map((address) => `${address}/31`),
  );
  await driver.apply();
  const timed = async (count: number, wish: (round: number) => void): Promise<number[]> => {
    const times: number[] = [];
    for (let round = 0; round < count; round++) {
      await new Promise((resolve) => setImmediate(resolve));
      const start = performance.now();
      wish(round);
      await driver.apply();
      times.push(performance.now() - start);
    }
    return times;
  };
  const address = (round: number): string => formatAddress(ipv4(0x0b000000 + round * 4));
  const replace = await timed(rounds, (round) => driver.wantChain(chain(500, 1 + (round % 7))));
  const hash = await timed(rounds, (round) => driver.changeElements("hosts", [address(round)]));
  const interval = await timed(rounds >> 2, (round) => driver.changeElements("nets", [address(round)]));
  close();
  const rules = printTable({ ...tenThousand(0), chains: [chain(500, 9)] });
  const replaced = `flush chain inet manx pi-500\n${rules}`;
  const element = (set: string): string => `add element inet manx ${set} { 12.0.0.1 }`;
  return [
    {
      figure: "replace 1 chain of 10 among 10,000 rules",
      ours: replace,
      nft: [1, 2, 3].map(() => nft(netns, replaced)),
      budget: 0.2,
    },
    { figure: "add 1 to a hash set of 100,000", ours: hash, nft: [nft(netns, element("hosts"))], budget: 0.05 },
    { figure: "add 1 to an interval set of 100,000", ours: interval, nft: [nft(netns, element("nets"))], budget: 16 },
  ];
}

function percentile(values: readonly number[], part: number): number {
  return [...values].sort((x, y) => x - y)[Math.floor(values.length * part)]!;
}

function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
