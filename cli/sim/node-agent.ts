import { parseJson, writeJson } from "../../datastore/json.ts";
import { kindPrefix } from "../../datastore/resource-key.ts";
import { formatTimestamp } from "../../datastore/timestamp.ts";
import type { SimShell } from "./shell.ts";

/** What stands in a CalicoNodeStatus under `routes.routesV4`. */
export type SimRoute = Readonly<Record<string, unknown>>;

/**
 * An agent of a node, as far as it answers CalicoNodeStatuses: at once, a ready BIRD, these routes and no peers; `peers` are
 * those of IPv4. Answers how to stop it.
 */
export function answering(
  shell: SimShell,
  node: string,
  routesV4: readonly SimRoute[],
  peersV4: readonly SimRoute[] = [],
): () => void {
  const store = shell.store();
  const watch = store.watch(kindPrefix("CalicoNodeStatus"), shell.server.history.revision, (message) => {
    for (const event of message.kind === "events" ? message.events : []) {
      const parsed = event.kind === "put" ? parseJson(event.value) : undefined;
      if (!parsed?.ok) continue;
      const value = parsed.value as {
        readonly spec: { readonly node: string };
        readonly status?: { readonly lastUpdated?: string };
      };
      if (value.spec.node !== node || value.status?.lastUpdated) continue;
      const status = {
        lastUpdated: formatTimestamp(shell.clock.wall()),
        agent: { birdV4: { state: "Ready", version: "sim", routerID: "10.0.0.1" } },
        bgp: { numberEstablishedV4: 0, numberNotEstablishedV4: peersV4.length, peersV4, peersV6: null },
        routes: { routesV4, routesV6: null },
      };
      void store.commit(
        [{ key: event.key, revision: event.revision }],
        [{ key: event.key, value: writeJson({ ...value, status }) }],
        [],
      );
    }
  });
  return () => watch.cancel();
}
