import type { FibWrite } from "./fib.ts";
import type { Shape } from "./route-shape.ts";

/** Who wants a route, strongest first: where both want one prefix, `local` has it and `bgp` waits. */
export type RouteOwner = "local" | "bgp";

/** One write that would bring the kernel nearer to what is wanted; of a deletion, `route` and `shape` are what goes. */
export interface PlannedWrite extends FibWrite {
  readonly index: number;
  readonly shape: Shape;
}

/** What became of a planned write. `unknown`: the answer was lost, only a dump can tell. */
export type WriteResult = "done" | "exists" | "refused" | "unknown";

/** The shape that the write leaves behind, 0 for none. */
export function shapeAfter(write: PlannedWrite): number {
  return write.kind === "delete" ? 0 : write.shape.id;
}
