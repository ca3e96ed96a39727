import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Clock } from "../../../lib/clock.ts";
import type { Random } from "../../../lib/random.ts";
import type { CommitResult, Compare, Entry, Put, Revision, Snapshot, Store, Watch, WatchMessage } from "../../store.ts";
import { StoreRefused } from "../../store.ts";
import { Channel } from "./channel.ts";
import { readEntries } from "./decode.ts";
import type { RequestOpSchema, ResponseOp } from "./gen/rpc_pb.js";
import { listPrefix } from "./list.ts";
import { keyOctets } from "./prefix-range.ts";
import { compaction, leaseGrant, leaseRevoke, memberStatus, range, txn } from "./rpc.ts";
import { Session } from "./session.ts";
import type { EtcdSettings } from "./settings.ts";
import { EtcdWatch } from "./watch.ts";

type Operation = MessageInitShape<typeof RequestOpSchema>;
/** etcd's `Compare.CompareTarget.MOD`. */
const compareModRevision = 2;

function putOperation(put: Put, lease: bigint): Operation {
  const value = { key: keyOctets(put.key), value: Buffer.from(put.value, "utf8"), lease };
  return { request: { case: "requestPut", value } };
}

function foundEntries(answers: readonly ResponseOp[]): readonly Entry[] {
  return answers.flatMap(({ response }) => {
    if (response.case !== "responseRange") return [];
    return response.value.kvs.map(({ key, value, modRevision }) => ({
      key: Buffer.from(key).toString("utf8"),
      value: Buffer.from(value).toString("utf8"),
      revision: Number(modRevision),
    }));
  });
}

/** A Store in an etcd cluster. Connects when first used; commits are transactions, ttl a lease of its own per commit. */
export class EtcdStore implements Store {
  readonly #session: Session;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #pageSize: number | undefined;
  readonly #watches = new Set<EtcdWatch>();

  /** @throws StoreRefused when an endpoint is no URL or a TLS file cannot be read. */
  constructor(settings: EtcdSettings, clock: Clock, random: Random) {
    this.#session = new Session(new Channel(settings), settings, clock, random);
    this.#clock = clock;
    this.#random = random;
    this.#pageSize = settings.pageSize;
  }

  async get(key: string): Promise<Entry | undefined> {
    return readEntries(await this.#session.call(range, { key: keyOctets(key) }, "read", "get"))[0];
  }

  list(prefix: string): Promise<Snapshot> {
    return listPrefix(this.#session, prefix, this.#pageSize);
  }

  watch(prefix: string, after: Revision, tell: (message: WatchMessage) => void): Watch {
    const watch = new EtcdWatch(this.#session, this.#clock, this.#random, { prefix, after }, tell);
    this.#watches.add(watch);
    return {
      cancel: () => {
        watch.cancel();
        this.#watches.delete(watch);
      },
    };
  }

  async commit(compares: readonly Compare[], puts: readonly Put[], deletes: readonly string[]): Promise<CommitResult> {
    const leases = await this.#leases(puts);
    const request = {
      compare: compares.map(({ key, revision }) => ({
        target: compareModRevision,
        key: keyOctets(key),
        targetUnion: { case: "modRevision" as const, value: BigInt(revision) },
      })),
      success: [
        ...deletes.map(
          (key): Operation => ({ request: { case: "requestDeleteRange", value: { key: keyOctets(key) } } }),
        ),
        ...puts.map((put) => putOperation(put, leases.get(put.ttlSeconds ?? 0) ?? 0n)),
      ],
      failure: compares.map(
        ({ key }): Operation => ({ request: { case: "requestRange", value: { key: keyOctets(key) } } }),
      ),
    };
    const answer = await this.#session.call(txn, request, "write", "commit");
    if (answer.succeeded) return { committed: true, revision: Number(answer.header?.revision ?? 0n) };
    await Promise.all([...leases.values()].map((ID) => this.#revoke(ID)));
    return { committed: false, found: foundEntries(answer.responses) };
  }

  /** The version of the member in use. */
  async version(): Promise<string> {
    return (await this.#session.call(memberStatus, {}, "read", "status")).version;
  }

  /** Forgets history up to and with a revision; a cluster needs it now and then, or its database grows. */
  async compact(revision: Revision): Promise<void> {
    await this.#session.call(compaction, { revision: BigInt(revision) }, "write", "compact");
  }

  close(): Promise<void> {
    for (const watch of this.#watches) watch.cancel();
    this.#watches.clear();
    this.#session.close();
    return Promise.resolve();
  }

  async #leases(puts: readonly Put[]): Promise<ReadonlyMap<number, bigint>> {
    const leases = new Map<number, bigint>();
    for (const ttl of new Set(puts.flatMap((put) => put.ttlSeconds ?? []))) {
      const answer = await this.#session.call(leaseGrant, { TTL: BigInt(Math.ceil(ttl)) }, "write", "commit");
      if (answer.error) throw new StoreRefused("datastore/refused", `lease: ${answer.error}`, { operation: "commit" });
      leases.set(ttl, answer.ID);
    }
    return leases;
  }

  /** A lease that stays behind expires by itself. */
  async #revoke(ID: bigint): Promise<void> {
    await this.#session.call(leaseRevoke, { ID }, "write", "commit").catch(() => undefined);
  }
}
