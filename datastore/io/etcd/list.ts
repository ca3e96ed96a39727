import type { Entry, Snapshot } from "../../store.ts";
import { PageReader, readPageEnd } from "./decode.ts";
import { keyAfter, prefixRange } from "./prefix-range.ts";
import { range } from "./rpc.ts";
import type { Session } from "./session.ts";

/**
 * Keys a page. etcd 3.4 counts all keys that are left for each page, so few large pages are quicker than many small ones;
 * larger ones gain nothing and hold up the loop while gRPC puts them together.
 */
export const defaultPageSize = 20_000;

/** Entries read in one turn of the loop: about 5 ms. */
const slice = 2000;

/** Lets the loop see to whatever else is ready. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Everything under a prefix at one revision: the first page fixes it, the others are read at it. The next page is asked
 * for as soon as the last key of this one is known, so that etcd makes it while we read this one. When history is
 * compacted under our hands the list starts again; where that happens twice, everything is asked for as one page, which
 * no compaction can touch.
 */
export async function listPrefix(session: Session, prefix: string, pageSize = defaultPageSize): Promise<Snapshot> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await listOnce(session, prefix, attempt < 2 ? pageSize : 0);
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
    const page = new PageReader(octets);
    while (page.read(entries, slice)) await turn();
    if (!next) return { entries, revision };
    octets = await next;
  }
}
