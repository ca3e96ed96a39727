import assert from "node:assert/strict";
import { OPEN_PORT, SHUT_PORT } from "../sim/rewrites.ts";
import type { Watched } from "./flow-watch.ts";
import type { Witnessed } from "./witness.ts";

/** What was seen of the two flows and the connection, from outside the node and in its kernel. */
export interface SeenFlows {
  readonly watched: Watched;
  readonly counted: Witnessed;
}

/** All that was sent to the open port came, and all on the connection both ways; nothing came to the shut one. */
export function assertNothingLost({ watched, counted }: SeenFlows): void {
  for (const flow of [String(OPEN_PORT), "stream"]) {
    const [sent, received] = watched[flow]!;
    assert.ok(sent > 0, `nothing was sent: ${flow}`);
    assert.equal(received, sent, `received of ${sent} sent: ${flow}`);
  }
  const [refused, passed] = watched[String(SHUT_PORT)]!;
  assert.ok(refused > 0);
  assert.equal(passed, 0, "passed to the shut port");
  // The connection is answered: three packets for every two that were sent to the port.
  const sent = watched[String(OPEN_PORT)]![0] + 2 * watched["stream"]![0];
  assert.deepEqual(counted, { open: [sent, sent], shut: [refused, 0] });
}
