import type { Store } from "../../datastore/store.ts";
import type { StatusSink } from "./sink.ts";

/** More writes than these are not put into one commit: etcd takes 128. */
const mostAtOnce = 100;

/** The states of a node's endpoints in the datastore, where OpenStack and others look for them: all keys below a prefix. */
export function statusKeySink(store: Pick<Store, "list" | "commit">, prefix: string): StatusSink {
  return {
    name: "etcd",
    async list() {
      const { entries } = await store.list(prefix);
      return new Map(entries.map(({ key, value }) => [key, value]));
    },
    async write(changes) {
      for (let at = 0; at < changes.length; at += mostAtOnce) {
        const some = changes.slice(at, at + mostAtOnce);
        const puts = some.flatMap((change) => (change.kind === "set" ? { key: change.key, value: change.value } : []));
        const deletes = some.flatMap((change) => (change.kind === "delete" ? change.key : []));
        await store.commit([], puts, deletes);
      }
    },
  };
}
