import { systemClock } from "../../../lib/io/clock.ts";
import { type Random, seededRandom } from "../../../lib/random.ts";
import { millis } from "../../../lib/unit.ts";
import { type FaultBench, FaultWalk, type WalkTally } from "../../store-faults.contract.ts";
import { CutProxy, type FrameCut } from "./cut-proxy.ts";
import type { EtcdProcess } from "./etcd-process.ts";
import { gateway } from "./gateway.ts";
import type { EtcdSettings } from "./settings.ts";
import { EtcdStore } from "./store.ts";

let number = 0;
/** Several walks share one etcd, and so its compactions. */
const horizons = new Map<string, { compacted: number }>();

function horizonOf(etcd: EtcdProcess): { compacted: number } {
  const known = horizons.get(etcd.endpoint) ?? { compacted: 0 };
  horizons.set(etcd.endpoint, known);
  return known;
}

/** A bench that has a relay between its subject and etcd. */
export interface ProxiedBench extends FaultBench {
  readonly proxy: CutProxy;
}

function open(settings: EtcdSettings): EtcdStore {
  return new EtcdStore({ timeout: millis(2000), pageSize: 3, ...settings }, systemClock, seededRandom(++number));
}

const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

/** A bench on one etcd whose subject's connection breaks: at any frame or inside it, at once, for a while. */
export async function cutBench(etcd: EtcdProcess, user: Partial<EtcdSettings> = {}): Promise<ProxiedBench> {
  const proxy = await CutProxy.start(etcd.port);
  const scheme = new URL(etcd.endpoint).protocol;
  const subject = open({ endpoints: [`${scheme}//127.0.0.1:${proxy.port}`], ...user });
  const other = open({ endpoints: [etcd.endpoint], ...user });
  const atFrame = (random: Random) =>
    proxy.cutAtFrame({ frame: 1 + Math.floor(random() * 12), where: random() < 0.5 ? "before" : "inside" });
  return {
    subject,
    other,
    proxy,
    prefix: `/walk/${++number}/`,
    clock: systemClock,
    faults: [
      atFrame,
      atFrame,
      (random) => {
        proxy.cut();
        setTimeout(() => proxy.mend(), random() * 80);
      },
    ],
    horizon: horizonOf(etcd),
    compact: (revision) => other.compact(revision),
    heal: () => Promise.resolve(proxy.mend()),
    tick,
    stop: async () => {
      await subject.close();
      await other.close();
      await proxy.stop();
    },
  };
}

/** What a member says of itself and of its leader, as etcd's ids in decimal. */
async function statusOf(member: EtcdProcess): Promise<{ readonly id: string; readonly leader: string } | undefined> {
  try {
    const { header, leader } = JSON.parse(await gateway(member.endpoint, "maintenance/status", {}));
    return leader === undefined || leader === "0" ? undefined : { id: header.member_id, leader };
  } catch {
    return undefined;
  }
}

/** Hands the lead to a member that has it not. Nothing happens while there is no leader. */
export async function moveLeader(members: readonly EtcdProcess[], random: Random): Promise<boolean> {
  const all = await Promise.all(members.map(async (member) => ({ member, status: await statusOf(member) })));
  const leader = all.find(({ status }) => status !== undefined && status.id === status.leader);
  const others = all.flatMap(({ status }) => (status && status.id !== leader?.status?.id ? [status.id] : []));
  if (!leader || others.length === 0) return false;
  const targetID = others[Math.floor(random() * others.length)]!;
  const asked = gateway(leader.member.endpoint, "maintenance/transfer-leadership", { targetID });
  return asked.then(
    () => true,
    () => false,
  );
}

/** Kills the leader as a power cut does, and starts it again a moment later. */
export async function killLeader(members: readonly EtcdProcess[]): Promise<boolean> {
  for (const member of members) {
    const status = await statusOf(member);
    if (status === undefined || status.id !== status.leader) continue;
    await member.kill();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await member.revive();
    return true;
  }
  return false;
}

/** A bench on a cluster, whose leader changes by order and by death. */
export function clusterBench(members: readonly EtcdProcess[], count: (what: "moved" | "killed") => void): FaultBench {
  const endpoints = members.map(({ endpoint }) => endpoint);
  const settings = { timeout: millis(8000) };
  const subject = open({ endpoints, ...settings });
  const other = open({ endpoints: [...endpoints].reverse(), ...settings });
  let killing: Promise<unknown> | undefined;
  let killed = false;
  let moves = 0;
  const move = async (random: Random) => {
    moves++;
    if (!killing && (await moveLeader(members, random))) count("moved");
  };
  return {
    subject,
    other,
    prefix: `/walk/${++number}/`,
    clock: systemClock,
    faults: [
      ...Array.from({ length: 5 }, () => move),
      () => {
        // One death a walk, and not at once: it costs an election and a start, in which nothing else can happen.
        if (killed || moves < 6) return;
        killed = true;
        killing ??= killLeader(members).then((done) => {
          killing = undefined;
          if (done) count("killed");
        });
      },
    ],
    horizon: horizonOf(members[0]!),
    compact: (revision) => other.compact(revision),
    heal: async () => void (await killing),
    tick,
    stop: async () => {
      await killing;
      await subject.close();
      await other.close();
    },
  };
}

/** What a piece of work met, and how many frames it took. */
export interface CutTally extends WalkTally {
  readonly frames: number;
  readonly cuts: number;
}

/** The same short piece of work each time, its connection broken at one frame (or never); every word is checked. */
export async function cutAt(etcd: EtcdProcess, cut: FrameCut | undefined): Promise<CutTally> {
  const bench = await cutBench(etcd);
  try {
    const { subject, other, proxy } = bench;
    if (cut) proxy.cutAtFrame(cut);
    const walk = new FaultWalk(bench, seededRandom(1));
    await walk.start();
    const [base] = walk.known;
    walk.watch(base!);
    await walk.commit(subject, ["a", "b"], []);
    await walk.commit(other, ["c"], []);
    await Promise.all([walk.list(), walk.swap(subject, "a"), walk.commit(other, ["d"], ["b"])]);
    walk.watch(base!);
    await walk.commit(subject, [], ["a", "c"]);
    await walk.list();
    const tally = await walk.finish();
    return { ...tally, frames: proxy.frames, cuts: proxy.cuts };
  } catch (error) {
    throw new Error(`cut at ${JSON.stringify(cut)}, below ${bench.prefix}`, { cause: error });
  } finally {
    await bench.stop();
  }
}
