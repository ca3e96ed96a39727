import { BfdSessions } from "../../bgp/bfd/sessions.ts";
import { unreachable } from "../../lib/error.ts";
import { systemClock } from "../../lib/io/clock.ts";
import { systemRandom } from "../../lib/io/random.ts";
import type { BfdOrder, BfdReport, BfdWorkerData } from "../bfd/messages.ts";
import { BfdSockets } from "./bfd-sockets.ts";
import { ifindexOf } from "./ifindex.ts";

/** Runs all sessions of this process in the thread that calls; the answer takes orders. */
export function runBfd(
  { netns }: BfdWorkerData,
  main: { readonly report: (report: BfdReport) => void; readonly end: () => void },
): (order: BfdOrder) => void {
  const sockets = new BfdSockets({
    ...(netns !== undefined && { netns }),
    clock: systemClock,
    random: systemRandom,
    tell: (fact) => main.report({ report: "fact", fact }),
    ifindexOf,
    received: (arrival) => void sessions.receive(arrival),
  });
  const sessions = new BfdSessions({
    clock: systemClock,
    random: systemRandom,
    tell: (fact) => main.report({ report: "fact", fact }),
    open: (path) => sockets.open(path),
    drain: () => sockets.drain(),
    hear: (watcher, state) => main.report({ report: "state", watcher, state }),
  });
  return (order) => {
    switch (order.order) {
      case "watch":
        sessions.watch(order.watcher, order.way, order.cautious);
        break;
      case "unwatch":
        sessions.unwatch(order.watcher);
        break;
      case "close":
        sessions.close();
        main.end();
        break;
      default:
        unreachable(order);
    }
  };
}
