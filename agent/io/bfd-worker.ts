import { parentPort, workerData } from "node:worker_threads";
import { invariant } from "../../lib/error.ts";
import type { BfdOrder, BfdWorkerData } from "../bfd/messages.ts";
import { runBfd } from "./bfd-thread.ts";

const port = parentPort;
invariant(port, "bfd-worker.ts is no program, it is the inside of a thread");
const take = runBfd(workerData as BfdWorkerData, {
  report: (report) => port.postMessage(report),
  end: () => port.close(),
});
port.on("message", (order: BfdOrder) => take(order));
