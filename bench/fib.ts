import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FibListener, FibWrite } from "../kernel/fib.ts";
import { FibDriver } from "../kernel/fib-driver.ts";
import { mainTable } from "../kernel/fib-route.ts";
import { openFib } from "../kernel/io/fib.ts";
import { type ScratchNetns, scratchNetns } from "../kernel/io/scratch-netns.ts";
import { systemClock } from "../lib/io/clock.ts";
import { ipv4 } from "../net/address.ts";
import { hostPrefix, type Prefix } from "../net/prefix.ts";

const here = new URL(".", import.meta.url).pathname;
const protocols = { local: 180, bgp: 181 };
const deaf: FibListener = {
  appeared() {},
  vanished() {},
  linkUp() {},
  linkDown() {},
  addressGone() {},
  overrun() {},
  failed(error) {
    throw error;
  },
};

interface Figures {
  readonly create: number;
  readonly delete: number;
}

/**
 * Routes a second into the kernel, 100,000 host routes in one namespace, against the same loop in C: the port alone
 * (encode, send, match the answers) and the driver that BGP feeds. Runs are interleaved; the median ratio of the rounds
 * counts. Arguments: `--count N`, `--rounds N`. Needs root and a C compiler.
 */
export async function run(argv: readonly string[]): Promise<void> {
  const option = (name: string, fallback: number): number => {
    const at = argv.indexOf(name);
    return at < 0 ? fallback : Number(argv[at + 1]);
  };
  const count = option("--count", 100_000);
  const rounds = option("--rounds", 7);
  const scratch = mkdtempSync(join(tmpdir(), "manx-fib-"));
  const netns = scratchNetns();
  try {
    const program = join(scratch, "fib-ceiling");
    execFileSync("cc", ["-O2", "-Wall", "-o", program, `${here}native/fib-ceiling.c`]);
    const all: Record<"c" | "port" | "driver", Figures[]> = { c: [], port: [], driver: [] };
    for (let round = 0; round < rounds; round++) {
      all.c.push(ceiling(program, netns, count));
      all.port.push(await port(netns, count));
      all.driver.push(await driver(netns, count));
    }
    report(all, count);
  } finally {
    netns.close();
    rmSync(scratch, { recursive: true });
  }
}

function report(all: Record<"c" | "port" | "driver", Figures[]>, count: number): void {
  for (const what of ["port", "driver"] as const) {
    for (const figure of ["create", "delete"] as const) {
      const ratio = median(all[what].map((figures, i) => figures[figure] / all.c[i]![figure]));
      const perSecond = Math.round(median(all[what].map((figures) => figures[figure])));
      const c = Math.round(median(all.c.map((figures) => figures[figure])));
      const line = { bench: "fib", figure: `${what} ${figure}`, routes: count, perSecond, c, ratio: round2(ratio) };
      console.log(JSON.stringify({ ...line, budget: 0.8, ok: ratio >= 0.8 }));
    }
  }
}

function ceiling(program: string, netns: ScratchNetns, count: number): Figures {
  const args = ["netns", "exec", netns.name, program, `${count}`, `${netns.ifindex("v0")}`];
  const [create, gone] = execFileSync("ip", args, { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { perSecond: number }).perSecond);
  return { create: create!, delete: gone! };
}

async function port(netns: ScratchNetns, count: number): Promise<Figures> {
  const fib = openFib({ netns: netns.path }, deaf);
  const path = pathOut(netns);
  const shared = { table: mainTable, metric: 1024, protocol: protocols.bgp, ...path };
  const pass = async (kind: FibWrite["kind"]): Promise<number> => {
    const start = performance.now();
    for (let at = 0; at < count; at += 512) {
      const writes: FibWrite[] = [];
      for (let i = at; i < Math.min(count, at + 512); i++) writes.push({ kind, route: { ...shared, prefix: host(i) } });
      const refused = (await fib.apply(writes)).find((error) => error);
      if (refused) throw refused;
    }
    return rate(count, start);
  };
  const figures = { create: await pass("create"), delete: await pass("delete") };
  fib.close();
  return figures;
}

async function driver(netns: ScratchNetns, count: number): Promise<Figures> {
  const fib = new FibDriver({ open: openFib, clock: systemClock, tell: () => {}, protocols, netns: netns.path });
  fib.allowDeletes();
  fib.start();
  await fib.settled();
  const path = pathOut(netns);
  const pass = async (to: typeof path | undefined): Promise<number> => {
    const prefixes = Array.from({ length: count }, (_, i) => host(i));
    const start = performance.now();
    fib.applyBatch([{ prefixes, path: to }]);
    await fib.settled();
    return rate(count, start);
  };
  const figures = { create: await pass(path), delete: await pass(undefined) };
  fib.close();
  return figures;
}

function pathOut(netns: ScratchNetns) {
  return { type: "unicast", scope: "link", nexthops: [{ ifindex: netns.ifindex("v0") }] } as const;
}

function host(i: number): Prefix {
  return hostPrefix(ipv4(0x0a000000 + i));
}

function rate(count: number, start: number): number {
  return count / ((performance.now() - start) / 1000);
}

function median(values: readonly number[]): number {
  return [...values].sort((x, y) => x - y)[values.length >> 1]!;
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
