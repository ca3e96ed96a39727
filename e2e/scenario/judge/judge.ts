import { families } from "../../../net/family.ts";
import type { Driver } from "../driver.ts";
import type { Expectation, Verdict } from "../expectation.ts";
import type { Addresses, Topology } from "../topology.ts";
import { judgeAddresses } from "./addresses.ts";
import { judgeLosses } from "./losses.ts";
import { judgeReach } from "./reach.ts";
import { judgeRoutes } from "./routes.ts";
import { judgeSessions } from "./sessions.ts";

/** What the player remembers from earlier steps, because the cluster no longer knows it. */
export interface Memory {
  /** The addresses that each pod had when it was last seen attached. */
  readonly addresses: ReadonlyMap<string, Addresses>;
}

/** Looks once and says for each thing expected whether it holds now. */
export async function judge(
  expectation: Expectation,
  topology: Topology,
  driver: Driver,
  memory: Memory,
): Promise<readonly Verdict[]> {
  switch (expectation.expect) {
    case "sessions":
      return judgeSessions(topology, await driver.sessions());
    case "addresses":
      return judgeAddresses(expectation.pods, await driver.pods(), await driver.claims());
    case "reach":
      return judgeReach(expectation.rows, await driver.reach());
    case "routes": {
      const seen = await Promise.all(families.map((family) => driver.routes(expectation.at, family)));
      return judgeRoutes(expectation.at, await driver.claims(), seen.flat());
    }
    case "gone":
      return judgeGone(expectation.pod, driver, memory);
    case "ready":
      return judgeReady(expectation, driver);
    case "lossless":
      return judgeLosses(expectation.except ?? [], await driver.losses());
  }
}

async function judgeGone(pod: string, driver: Driver, memory: Memory): Promise<Verdict[]> {
  const addresses = memory.addresses.get(pod);
  if (!addresses) return [{ what: `${pod} is gone`, held: false, seen: "it was never attached" }];
  return Promise.all(
    Object.values(addresses).map(async (address) => {
      const traces = await driver.traces(address);
      return { what: `${address} of ${pod} is known nowhere`, held: traces.length === 0, seen: traces.join(", ") };
    }),
  );
}

async function judgeReady(expectation: Extract<Expectation, { expect: "ready" }>, driver: Driver): Promise<Verdict[]> {
  const { node, ready, mentions } = expectation;
  const seen = await driver.readiness(node);
  const what = `${node} says that it is ${ready ? "ready" : "not ready"}${mentions ? `, because of ${mentions}` : ""}`;
  const held = seen.ready === ready && (mentions === undefined || seen.text.includes(mentions));
  return [{ what, held, seen: seen.text }];
}
