import type { Prefix } from "../net/prefix.ts";
import type { Shape } from "./route-shape.ts";

/** Who wants a route, strongest first: where both want one prefix, `local` has it and `bgp` waits. */
export type RouteOwner = "local" | "bgp";

/** One write that would bring the kernel nearer to what is wanted. */
export interface PlannedWrite {
  readonly index: number;
  readonly kind: "create" | "replace" | "delete";
  readonly prefix: Prefix;
  /** The path to write; of a deletion, the one that goes. */
  readonly shape: Shape;
}

/** What became of a planned write. `unknown`: the answer was lost, only a dump can tell. */
export type WriteResult = "done" | "exists" | "refused" | "unknown";

/** The shape that the write leaves behind, 0 for none. */
export function shapeAfter(write: PlannedWrite): number {
  return write.kind === "delete" ? 0 : write.shape.id;
}
