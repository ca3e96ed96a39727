import type { SetId, SetKind } from "../../../policy/set.ts";

/** The policy's sets that there are, and of which kind they are now. */
export type KnownSets = ReadonlyMap<SetId, SetKind>;
