import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { systemClock } from "../../lib/io/clock.ts";
import { type Random, seededRandom } from "../../lib/random.ts";
import { addressBytes } from "../../net/address.ts";
import { parseAddress } from "../../net/address-text.ts";
import { formatPrefix, masked, parsePrefix } from "../../net/prefix.ts";
import { openNetlink } from "../io/netlink-socket.ts";
import type { ScratchNetns } from "../io/scratch-netns.ts";
import type { NftFact } from "./fact.ts";
import { NfnetlinkPort } from "./nfnetlink-port.ts";
import { RulesetDriver } from "./ruleset-driver.ts";
import type { SetSpec } from "./set.ts";
import { manxTable } from "./table.ts";

/** First and last address, as numbers. */
type Range = readonly [bigint, bigint];

const nets: SetSpec = { name: "nets", key: ["ipv4_addr"], interval: true };
const nets6: SetSpec = { name: "nets6", key: ["ipv6_addr"], interval: true };

/** CIDRs that hold, halve, touch and repeat each other, up to both ends of the numbers. */
const crowd = [
  "0.0.0.0/0 0.0.0.0/1 128.0.0.0/1 10.0.0.0/8 11.0.0.0/8 10.0.0.0/9 10.128.0.0/9 10.0.0.0/31 10.0.0.1/32 10.0.0.2/32",
  "10.0.0.2/31 10.0.0.4/30 0.0.0.0/32 255.255.255.255/32 255.255.255.254/31 255.0.0.0/8 224.0.0.0/3 127.255.255.255/32",
  "::/0 ::/1 8000::/1 fd00::/8 fc00::/7 fe00::/8 fd00::1/128 fd00::/127 fd00::2/127 ::/128 fd00:0:0:1::/64 fd00::/64",
  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128 ff00::/8 7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
].flatMap((line) => line.split(" "));

function drawn(random: Random): string {
  const int = (bound: number): number => Math.floor(random() * bound);
  if (random() < 0.6) return crowd[int(crowd.length)]!;
  const length = 8 + int(25);
  const cidr =
    random() < 0.5
      ? `10.${int(4)}.${int(4)}.${int(256)}/${length}`
      : `fd00:0:${int(4)}:${int(4)}::${int(16)}/${length * 4}`;
  // Spelt one way: to the driver all spellings of a CIDR are one element.
  return formatPrefix(masked(parsePrefix(cidr)!));
}

function toNumber(text: string): bigint {
  return addressBytes(parseAddress(text)!).reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n);
}

function rangeOf(cidr: string): Range {
  const { family, length } = parsePrefix(cidr)!;
  const free = BigInt((family === "ipv4" ? 32 : 128) - length);
  const first = (toNumber(cidr.slice(0, cidr.indexOf("/"))) >> free) << free;
  return [first, first + (1n << free) - 1n];
}

/** The same numbers in as few ranges as can be; neighbours are one. */
function union(ranges: readonly Range[]): string {
  const out: [bigint, bigint][] = [];
  for (const [from, to] of [...ranges].sort(([x], [y]) => (x < y ? -1 : x > y ? 1 : 0))) {
    const last = out.at(-1);
    if (!last || from > last[1] + 1n) out.push([from, to]);
    else if (to > last[1]) last[1] = to;
  }
  return out.map(([from, to]) => `${from.toString(16)}-${to.toString(16)}`).join(" ");
}

/** What comes and what goes in one turn; now and then everything goes. */
function drawChange(random: Random, members: ReadonlySet<string>, isIPv6: boolean) {
  const [added, removed] = [new Set<string>(), new Set<string>()];
  for (let n = Math.floor(random() * 6); n >= 0; n--) {
    const cidr = drawn(random);
    if (cidr.includes(":") !== isIPv6) continue;
    if (members.has(cidr)) removed.add(cidr);
    else added.add(cidr);
  }
  if (random() < 0.05) for (const cidr of members) removed.add(cidr);
  return { added, removed };
}

type Listed = string | { prefix: { addr: string; len: number } } | { range: [string, string] };

function listedRange(element: Listed): Range {
  if (typeof element === "string") return [toNumber(element), toNumber(element)];
  if ("prefix" in element) return rangeOf(`${element.prefix.addr}/${element.prefix.len}`);
  return [toNumber(element.range[0]), toNumber(element.range[1])];
}

/**
 * Changes two interval sets of a kernel at random, so many turns; after each what `nft` lists must be what is wanted, no address more or
 * less. Now and then a foreigner flushes a set, or another process goes on with the table. Answers how many elements came and went.
 * @throws AssertionError that names seed and turn
 */
export async function intervalTurns(netns: ScratchNetns, turns: number, seed: number): Promise<number> {
  const random = seededRandom(seed);
  const wanted = new Map<string, Set<string>>([nets, nets6].map(({ name }) => [name, new Set()]));
  const told: NftFact[] = [];
  let changes = 0;
  const nft = (...words: string[]): string =>
    execFileSync("ip", ["netns", "exec", netns.name, "nft", ...words], { encoding: "utf8", stdio: "pipe" });
  const start = () => {
    const port = new NfnetlinkPort(openNetlink, manxTable, netns.path);
    const driver = new RulesetDriver({ port, clock: systemClock, table: manxTable, tell: (fact) => told.push(fact) });
    driver.allowDeletes();
    for (const spec of [nets, nets6]) {
      driver.wantSet(spec);
      driver.changeElements(spec.name, wanted.get(spec.name)!);
    }
    return { driver, port };
  };
  let running = start();
  const stop = (): void => {
    running.driver.close();
    running.port.close();
  };
  const listed = (name: string): Range[] => {
    const { nftables } = JSON.parse(nft("-j", "list", "set", "inet", "manx", name));
    const { set } = nftables.find((one: object) => "set" in one);
    return (set.elem ?? []).map(listedRange);
  };
  try {
    for (let turn = 0; turn < turns; turn++) {
      for (const [name, members] of wanted) {
        const { added, removed } = drawChange(random, members, name === "nets6");
        for (const cidr of removed) members.delete(cidr);
        for (const cidr of added) members.add(cidr);
        changes += added.size + removed.size;
        running.driver.changeElements(name, added, removed);
      }
      const dice = random();
      if (turn > 0 && dice < 0.03) nft("flush", "set", "inet", "manx", dice < 0.015 ? "nets" : "nets6");
      else if (dice < 0.05) {
        stop();
        running = start();
      }
      // Whatever was heard by now is put right before this answers; the look is for what was not heard yet.
      if (dice < 0.05) running.driver.distrust();
      await running.driver.apply();
      for (const [name, members] of wanted) {
        assert.equal(union(listed(name)), union([...members].map(rangeOf)), `seed ${seed}, turn ${turn}, ${name}`);
      }
    }
  } finally {
    stop();
  }
  const refused = told.filter(({ fact }) => fact !== "nft.disturbed" && fact !== "nft.adopted");
  assert.deepEqual(refused, [], `seed ${seed}`);
  return changes;
}
