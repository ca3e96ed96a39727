import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import type { BfdOrder, BfdReport, BfdWorkerData } from "../bfd/messages.ts";

enableCompileCache(fileURLToPath(new URL("../../node_modules/.cache/manx", import.meta.url)));

const { runBfd } = await import("./bfd-thread.ts");
const port = parentPort!;
const take = runBfd(workerData as BfdWorkerData, {
  report: (report: BfdReport) => port.postMessage(report),
  end: () => port.close(),
});
port.on("message", (order: BfdOrder) => take(order));
