import type { KernelFact } from "../../kernel/fact.ts";
import { FibDriver } from "../../kernel/fib-driver.ts";
import { mainTable } from "../../kernel/fib-route.ts";
import { openFib } from "../../kernel/io/fib.ts";
import type { Tell } from "../../lib/fact.ts";
import { systemClock } from "../../lib/io/clock.ts";
import { type Family, families } from "../../net/family.ts";
import { KernelRoutes } from "../bgp/kernel-routes.ts";
import { NextHopFeed } from "../bgp/next-hop-feed.ts";
import type { AgentFact } from "../fact.ts";
import { NextHopResolver } from "../graph/next-hop-resolver.ts";
import { ifindexOf } from "./ifindex.ts";
import { bgpProtocol } from "./kernel.ts";

/** A stamp that no route of a lone speaker carries: it has no local routes. */
const unusedProtocol = 196;

/** The kernel behind a lone speaker. */
export interface SpeakerKernel {
  readonly routes: KernelRoutes;
  /** Families of which an earlier life left routes, which go on forwarding. */
  readonly preserved: readonly Family[];
  /** Stops writing; the kernel keeps what it has. */
  close(): void;
}

/** Writes what the speaker chooses into a table, with next hops resolved over the main table. @throws KernelError */
export async function openSpeakerKernel(
  settings: { readonly table: "main" | number; readonly metric: number },
  tell: Tell<KernelFact | AgentFact>,
): Promise<SpeakerKernel> {
  const table = settings.table === "main" ? mainTable : settings.table;
  const protocols = { local: unusedProtocol, bgp: bgpProtocol };
  const fib = new FibDriver({ open: openFib, clock: systemClock, tell, protocols, table, metric: settings.metric });
  fib.start();
  await fib.settled();
  // There is no plan of local routes to wait for; BGP routes of an earlier life stay until their family's sweep all the same.
  fib.allowDeletes();
  const found = new Set([...fib.actual()].map(({ prefix }) => prefix.family));
  const resolver = new NextHopResolver();
  const routes = new KernelRoutes(resolver, fib, ifindexOf);
  const changed = (): void => routes.changed();
  const feed = new NextHopFeed({ open: openFib, clock: systemClock, tell, resolver, bgpProtocol, changed });
  await feed.start();
  return {
    routes,
    preserved: families.filter((family) => found.has(family)),
    close() {
      feed.close();
      fib.close();
    },
  };
}
