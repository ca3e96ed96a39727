import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

// Compiled code is kept beside the packages, where only who installed them may write: it halves the start.
enableCompileCache(fileURLToPath(new URL("../../node_modules/.cache/manx", import.meta.url)));

const { run, fail } = await import("./run.ts");
run().catch((error: unknown) => fail([error instanceof Error ? (error.stack ?? error.message) : String(error)]));
