import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

// Compiled code is kept beside the packages, where only who installed them may write: it halves the start.
enableCompileCache(fileURLToPath(new URL("../../node_modules/.cache/manx", import.meta.url)));

const [{ run }, { fail }, { ManxError }] = await Promise.all([
  import("./run.ts"),
  import("./start.ts"),
  import("../../lib/error.ts"),
]);
run().catch((error: unknown) => {
  // What a person can mend needs no stack; a bug of ours does.
  const isOurs = !(error instanceof ManxError) && error instanceof Error && !("syscall" in error);
  fail([isOurs ? (error.stack ?? error.message) : error instanceof Error ? error.message : String(error)]);
});
