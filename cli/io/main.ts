import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

// Compiled code is kept beside the packages, where only who installed them may write: it halves the start.
enableCompileCache(fileURLToPath(new URL("../../node_modules/.cache/manx", import.meta.url)));

// A reader that has seen enough (`manxctl get … | head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

const [{ run }, { processShell }] = await Promise.all([import("../program.ts"), import("./shell.ts")]);
process.exitCode = await run(processShell, process.argv.slice(2));
