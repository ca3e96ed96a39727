import assert from "node:assert/strict";
import { systemClock } from "../lib/io/clock.ts";
import type { Driver } from "./scenario/driver.ts";
import type { Expectation } from "./scenario/expectation.ts";
import { play } from "./scenario/play.ts";
import type { Step } from "./scenario/scenario.ts";
import type { PodSpec, Topology } from "./scenario/topology.ts";

/** Plays steps on a raised driver and fails with every verdict that did not hold. */
export async function mustHold(topology: Topology, driver: Driver, ...steps: readonly Step[]): Promise<void> {
  const scenario = { topology, chapters: [{ title: "a test", about: "", steps }] };
  const verdicts = await play(scenario, driver, systemClock);
  assert.deepEqual(
    verdicts.filter((verdict) => !verdict.held),
    [],
  );
}

/** An expectation that may take as long as anything in a test may take. */
export function soon<T extends Expectation>(expectation: T): T & { readonly withinSeconds: number } {
  return { ...expectation, withinSeconds: 60 };
}

/** The steps that bring up every agent and wait until all sessions are. */
export function startAll(topology: Topology): readonly Step[] {
  return [
    ...topology.nodes.map(({ name }): Step => ({ do: "agent", node: name, how: "start" })),
    soon({ expect: "sessions" }),
    ...topology.nodes.map(({ name }): Step => soon({ expect: "ready", node: name, ready: true })),
  ];
}

/** A pod without labels. */
export function pod(namespace: string, name: string, node: string): PodSpec {
  return { name, namespace, node, labels: {} };
}
