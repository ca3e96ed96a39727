import type { Finding } from "./tidy/finding.ts";
import { type Import, importsOf } from "./tidy/import.ts";
import type { Source } from "./tidy/source.ts";

/**
 * Which room may import which, downwards only; `room/folder` allows only that folder of it. Rooms that are missing here may
 * import everything and are imported by nobody (`bench`, `e2e`). A folder of its own (`agent/api`) has its own row.
 */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  net: [],
  lib: ["net"],
  bgp: ["net", "lib"],
  kernel: ["net", "lib"],
  datastore: ["net", "lib"],
  policy: ["net", "lib", "datastore/model"],
  ipam: ["net", "lib", "datastore"],
  agent: ["net", "lib", "bgp", "kernel", "datastore", "policy", "ipam"],
  "agent/api": ["net"],
  controllers: ["net", "lib", "datastore", "ipam", "policy"],
  cli: ["net", "lib", "datastore", "ipam", "policy", "bgp/message", "agent/api"],
  web: ["agent/api"],
};

/** Rooms that look from outside; nobody imports them. */
const outside = new Set(["bench", "e2e"]);

/** Which room may use which npm package; `room/folder` means only there. Types of Node are everybody's in `io/`. */
const packages: Readonly<Record<string, readonly string[]>> = {
  zod: ["datastore", "ipam", "agent", "cli"],
  "js-yaml": ["datastore", "cli", "agent/io", "bgp/io"],
  "@grpc/grpc-js": ["datastore/io"],
  "@bufbuild/protobuf": ["datastore/io"],
  "@kubernetes/client-node": ["controllers"],
  "prom-client": ["agent"],
  pino: ["agent"],
  commander: ["cli"],
};

/** What one file imports against the law. Tests may import anything. */
export function layering(source: Source): Finding[] {
  if (source.isTest || outside.has(source.room)) return outsideOnly(source);
  return importsOf(source).flatMap((each) => fault(source, each));
}

/** `bench` and `e2e` may import everything, but their cores stay cores. */
function outsideOnly(source: Source): Finding[] {
  if (source.isTest || source.isShell) return [];
  return importsOf(source).flatMap((each) => findings(source, each, impurity(source, each)));
}

function fault(source: Source, each: Import): Finding[] {
  const wrong = each.target === "" ? packageFault(source, each) : roomFault(source, each);
  return findings(source, each, wrong === "" ? impurity(source, each) : wrong);
}

function findings(source: Source, each: Import, right: string): Finding[] {
  return right === "" ? [] : [{ path: source.path, line: each.line, wrong: `imports \`${each.from}\``, right }];
}

function roomFault(source: Source, { target }: Import): string {
  const home = mayImport[folderOf(source.path)] ? folderOf(source.path) : source.room;
  const inside = home === source.room ? target.startsWith(`${source.room}/`) : target.startsWith(`${home}/`);
  if (inside || target === "package.json") return /\.(test|prop|contract)\.ts$/.test(target) ? "import no tests" : "";
  const allowed = mayImport[home];
  if (!allowed) return `${source.room} is no room: give it a row in e2e/layering.ts`;
  if (allowed.some((room) => target.startsWith(`${room}/`))) return "";
  return `${home} may import only ${allowed.length === 0 ? "nothing" : allowed.join(", ")}`;
}

function packageFault(source: Source, { from }: Import): string {
  if (from.startsWith("node:")) return "";
  const name = from
    .split("/")
    .slice(0, from.startsWith("@") ? 2 : 1)
    .join("/");
  const homes = packages[name];
  if (homes?.some((home) => source.path.startsWith(`${home}/`))) return "";
  return homes ? `${name} is for ${homes.join(", ")}` : `${name} needs an ADR and a row in e2e/layering.ts`;
}

/** A core imports neither the world nor its imitation. */
function impurity(source: Source, { from, target }: Import): string {
  if (source.isShell) return "";
  if (from.startsWith("node:")) return "only folders named io/ import node:*; ask for a port";
  if (/(^|\/)io\//.test(target)) return "a core does not import its shell; ask for a port";
  const isSim = /(^|\/)sim\//.test(source.path);
  return /(^|\/)sim\//.test(target) && !isSim ? "only tests and sim/ import sim/" : "";
}

function folderOf(path: string): string {
  return path.split("/").slice(0, 2).join("/");
}
