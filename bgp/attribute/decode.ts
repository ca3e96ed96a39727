import type { FaultAction, UpdateFault } from "../message/update-fault.ts";
import type { PathAttributes } from "./path-attributes.ts";

/**
 * An attribute block, judged. `attributes` is there unless the verdict is `withdraw` or `reset`; `discard` means that it
 * is there without the attributes that were at fault.
 */
export interface DecodedAttributes {
  readonly verdict: "ok" | FaultAction;
  readonly attributes: PathAttributes | undefined;
  readonly faults: readonly UpdateFault[];
}
