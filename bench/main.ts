import { readdirSync } from "node:fs";

/** What a bench exports: runs itself with the arguments after its name, prints one JSON line a figure. */
interface Bench {
  readonly run: (argv: readonly string[]) => Promise<void>;
}

const here = new URL(".", import.meta.url);
const names = readdirSync(here)
  .filter((file) => /^[a-z-]+\.ts$/.test(file) && file !== "main.ts")
  .map((file) => file.replace(/\.ts$/, ""));
const [name, ...argv] = process.argv.slice(2);

if (name === undefined || !names.includes(name)) {
  console.log(`npm run bench -- NAME [arguments], where NAME is one of:\n  ${names.join("\n  ")}`);
  process.exitCode = name === undefined ? 0 : 2;
} else {
  const bench = (await import(new URL(`${name}.ts`, here).href)) as Bench;
  await bench.run(argv);
}
