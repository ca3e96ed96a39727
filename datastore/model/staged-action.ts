import * as z from "zod";

/** What would happen if the staged policy were enforced; absent means Set. */
export const stagedActionSchema = z.enum(["Set", "Delete", "Learn", "Ignore"]);

/** What would happen if the staged policy were enforced. */
export type StagedAction = z.infer<typeof stagedActionSchema>;
