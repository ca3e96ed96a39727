import { execFileSync } from "node:child_process";
import { openConntrack } from "../kernel/ctnetlink/io/conntrack.ts";
import type { Conntrack } from "../kernel/ctnetlink/port.ts";
import { type ScratchNetns, scratchNetns } from "../kernel/io/scratch-netns.ts";
import { type Address, ipv4 } from "../net/address.ts";

/** Destinations among which the flows are spread. */
const destinations = 200;
const source = ipv4(0x0a010001);

/** Opens UDP connections of one source to 127.0.1.1, 127.0.1.2, … of which each gets as many. */
const opener = `
import socket, sys
flows, destinations = int(sys.argv[1]), int(sys.argv[2])
for host in range(destinations):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("10.1.0.1", 40000 + host))
    for port in range(flows // destinations):
        try:
            s.sendto(b"x", ("127.0.1.%d" % (host + 1), 1000 + port))
        except OSError:
            pass
    s.close()
`;

/**
 * The connection table with 100,000 entries: reading it, deleting the connections of one address, of five, and all,
 * beside
 * the `conntrack` program that Felix runs. Medians of the rounds. Arguments: `--count N`, `--rounds N`. Needs root.
 */
export async function run(argv: readonly string[]): Promise<void> {
  const option = (name: string, fallback: number): number => {
    const at = argv.indexOf(name);
    return at < 0 ? fallback : Number(argv[at + 1]);
  };
  const count = option("--count", 100_000);
  const rounds = option("--rounds", 3);
  const times = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    const netns = scratchNetns("conntrack");
    const conntrack = openConntrack({ netns: netns.path });
    try {
      await measure(netns, conntrack, count, (what, millis) => times.set(what, [...(times.get(what) ?? []), millis]));
    } finally {
      conntrack.close();
      netns.close();
    }
  }
  process.stdout.write(`${count} entries, median of ${rounds} rounds\n`);
  for (const [what, all] of times) {
    const median = all.sort((x, y) => x - y)[Math.floor(all.length / 2)]!;
    process.stdout.write(`${what.padEnd(44)} ${median.toFixed(0).padStart(6)} ms\n`);
  }
}

type Note = (what: string, millis: number) => void;

async function measure(netns: ScratchNetns, conntrack: Conntrack, count: number, note: Note): Promise<void> {
  const inside = (...words: string[]): string =>
    execFileSync("ip", ["netns", "exec", netns.name, ...words], {
      encoding: "utf8",
      stdio: "pipe",
      maxBuffer: 1 << 28,
    });
  const timed = async (what: string, work: () => Promise<unknown> | unknown): Promise<void> => {
    const began = performance.now();
    await work();
    note(what, performance.now() - began);
  };
  netns.ip("addr add 10.1.0.1/32 dev lo");
  inside(
    "nft",
    "add table ip t; add chain ip t c { type filter hook input priority 0; }; add rule ip t c ct state new accept",
  );
  inside("python3", "-c", opener, `${count}`, `${destinations}`);
  const host = (n: number): Address => ipv4(0x7f000100 + n);
  await timed("dump of all", () => conntrack.flows({}));
  await timed("dump of one address", () => conntrack.flows({ addresses: [host(1)] }));
  await timed("deletion of one address's", () => conntrack.deleteFlows([host(1)]));
  await timed("conntrack -D of one place of one address", () => inside("conntrack", "-D", "-d", "127.0.1.2"));
  await timed("deletion of five addresses'", () => conntrack.deleteFlows([3, 4, 5, 6, 7].map(host)));
  await timed("deletion of all the others", () => conntrack.deleteFlows([source]));
}
