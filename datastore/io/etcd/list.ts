import type { Entry, Snapshot } from "../../store.ts";
import { readPage, readPageEnd } from "./decode.ts";
import { keyAfter, prefixRange } from "./prefix-range.ts";
import { range } from "./rpc.ts";
import type { Session } from "./session.ts";

/** Keys a page. Fewer cost etcd 3.4 a recount each; more make one message too large to be quick. */
export const defaultPageSize = 10_000;

/**
 * Everything under a prefix at one revision: the first page fixes it, the others are read at it. The next page is asked
 * for as soon as the last key of this one is known, so that etcd makes it while we read this one. When history is
 * compacted under our hands the list starts again, at most three times.
 */
export async function listPrefix(session: Session, prefix: string, pageSize = defaultPageSize): Promise<Snapshot> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await listOnce(session, prefix, pageSize);
    } catch (error) {
      const compacted = error instanceof Error && error.message.includes("required revision has been compacted");
      if (!compacted || attempt === 2) throw error;
    }
  }
}

async function listOnce(session: Session, prefix: string, pageSize: number): Promise<Snapshot> {
  const { key, rangeEnd } = prefixRange(prefix);
  const entries: Entry[] = [];
  const ask = (from: Buffer, revision: number) =>
    session.call(range, { key: from, rangeEnd, limit: BigInt(pageSize), revision: BigInt(revision) }, "read", "list");
  let octets = await ask(key, 0);
  for (let revision = 0; ; ) {
    const end = readPageEnd(octets);
    revision ||= end.revision;
    const next = end.more && end.lastKey ? ask(keyAfter(end.lastKey), revision) : undefined;
    // Awaited below; a failure meanwhile must not count as unhandled.
    next?.catch(() => {});
    readPage(octets, entries);
    if (!next) return { entries, revision };
    octets = await next;
  }
}
