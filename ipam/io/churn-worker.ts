import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { setImmediate as immediate } from "node:timers/promises";
import { openStore } from "../../datastore/io/open-store.ts";
import { writeJson } from "../../datastore/json.ts";
import { apiVersion } from "../../datastore/model/resource.ts";
import { resourcePath } from "../../datastore/resource-key.ts";
import { workloadEndpointName } from "../../datastore/workload-endpoint-name.ts";
import { ManxError } from "../../lib/error.ts";
import { systemClock } from "../../lib/io/clock.ts";
import { systemRandom } from "../../lib/io/random.ts";
import { formatPrefix, hostPrefix } from "../../net/prefix.ts";
import { Allocator } from "../allocator.ts";
import { lastWords } from "./churn-journal.ts";

/**
 * A node that attaches and detaches pods without pause until SIGTERM, for tests that kill it: node, journal file, and where the store is
 * in the environment. What it is about to do it writes into the journal first, as a kubelet remembers its pods; when it starts it
 * detaches whatever the journal shows unfinished, as a kubelet calls DEL.
 */
const [node, journal] = process.argv.slice(2) as [string, string];
const store = await openStore(process.env, systemClock, systemRandom);
const selects = (selector: string): boolean => selector === "all()";
const allocator = new Allocator({ node, store, clock: systemClock, random: systemRandom, selects, tell: () => {} });
const up = new Set<string>();
const mostPods = 24;
let isEnding = false;
process.on("SIGTERM", () => {
  isEnding = true;
});

function note(word: string, pod: string): void {
  appendFileSync(journal, `${word} ${pod}\n`);
}

function endpointPath(pod: string): string {
  const name = workloadEndpointName({ node, orchestrator: "k8s", id: pod, endpoint: "eth0" })!;
  return resourcePath({ kind: "WorkloadEndpoint", namespace: "default", name });
}

async function attach(pod: string): Promise<void> {
  note("add", pod);
  const attributes = { namespace: "default", node, pod };
  const families = systemRandom() < 0.5 ? (["ipv4"] as const) : (["ipv4", "ipv6"] as const);
  const given = await allocator.assign({ handle: `net.${pod}`, attributes, families });
  const spec = { node, pod, ipNetworks: given.map(({ address }) => formatPrefix(hostPrefix(address))) };
  const value = writeJson({
    kind: "WorkloadEndpoint",
    apiVersion,
    metadata: { name: pod, namespace: "default" },
    spec,
  });
  await store.commit([], [{ key: endpointPath(pod), value }], []);
  note("up", pod);
  up.add(pod);
}

async function detach(pod: string): Promise<void> {
  note("del", pod);
  await store.commit([], [], [endpointPath(pod)]);
  await allocator.releaseByHandle(`net.${pod}`);
  note("gone", pod);
  up.delete(pod);
}

/** A refusal, or an answer that did not come, ends in a DEL, like every ADD that failed. */
async function attempt(pod: string): Promise<void> {
  try {
    await attach(pod);
  } catch (error) {
    if (!(error instanceof ManxError)) throw error;
    await detach(pod);
  }
}

for (const [pod, word] of lastWords(existsSync(journal) ? readFileSync(journal, "utf8") : "")) {
  if (word === "up") up.add(pod);
  else if (word !== "gone") await detach(pod);
}
process.stdout.write("ready\n");
for (let i = 0; !isEnding; i++) {
  const pods = [...up];
  const isFull = systemRandom() * mostPods < pods.length;
  if (isFull) await detach(pods[Math.floor(systemRandom() * pods.length)]!);
  else await attempt(`${node}-${process.pid}-${i}`);
  if (systemRandom() < 0.05) await allocator.releaseEmptyBlocks();
  // The embedded store answers without a turn of the event loop: signals must be heard all the same.
  await immediate();
}
await store.close();
process.exit(0);
