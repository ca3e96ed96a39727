import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { readStoreSettings, type StoreSettings } from "../../datastore/store-settings.ts";
import { parseConfigFile } from "../config/config-file.ts";
import type { Environment } from "../config/environment.ts";
import type { FelixSettings } from "../config/felix.ts";
import { felixSettings, problemText, readEnvironment, type Variables, variableIn } from "../config/read.ts";

/** Ends the process with these lines as the reason. */
export function fail(lines: readonly string[]): never {
  for (const line of lines) process.stderr.write(`manx agent: ${line}\n`);
  process.exit(2);
}

/** What this machine says to an agent before it knows its datastore. */
export interface Start {
  readonly environment: Environment;
  readonly settings: FelixSettings;
  /** The configuration file and the environment, weakest first. */
  readonly layers: readonly Variables[];
  /** Variables that say how the datastore is reached. */
  readonly storeVariables: Variables;
  /** Where the datastore is, for messages. */
  readonly datastore: string;
}

/** Felix's names for how the datastore is reached count where ours are absent. */
function storeVariables(layers: readonly Variables[]): Variables {
  const names = {
    DATASTORE_TYPE: "FELIX_DATASTORETYPE",
    ETCD_ENDPOINTS: "FELIX_ETCDENDPOINTS",
    ETCD_CA_CERT_FILE: "FELIX_ETCDCAFILE",
    ETCD_CERT_FILE: "FELIX_ETCDCERTFILE",
    ETCD_KEY_FILE: "FELIX_ETCDKEYFILE",
  };
  const aliases = Object.entries(names).map(([name, felix]) => [name, process.env[name] || variableIn(layers, felix)]);
  return { ...process.env, ...Object.fromEntries(aliases) };
}

function nameOf(settings: StoreSettings): string {
  return settings.type === "embedded" ? settings.path : settings.endpoints.join(",");
}

/** The configuration file; one that is not there says nothing. */
function readConfigFile(path: string): ReturnType<typeof parseConfigFile> {
  try {
    return parseConfigFile(path, readFileSync(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { variables: {}, problems: [] };
    return { variables: {}, problems: [`${path}: cannot be read: ${(error as Error).message}`] };
  }
}

/** What the environment and the configuration file say of this machine, and every mistake in them. */
export function readMachine(): Pick<Start, "environment" | "settings" | "layers" | "storeVariables"> & {
  readonly mistakes: readonly string[];
} {
  const { environment: first, problems } = readEnvironment(process.env);
  const file = readConfigFile(first.configFile);
  const layers = [file.variables, process.env];
  const { settings, problems: felixProblems } = felixSettings(layers, []);
  const mistakes = [...[...problems, ...felixProblems].map(problemText), ...file.problems];
  const nodeName = first.nodeName || (variableIn(layers, "FELIX_FELIXHOSTNAME") ?? hostname()).toLowerCase();
  const environment = { ...first, nodeName };
  return { environment, settings, layers, storeVariables: storeVariables(layers), mistakes };
}

/** Everything that an agent needs to start; every mistake, told at once, ends the process. */
export function readStart(): Start {
  const { environment, settings, layers, storeVariables: variables, mistakes } = readMachine();
  const stored = readStoreSettings(variables);
  const all = [...mistakes, ...(stored.ok ? [] : [stored.why])];
  if (all.length > 0 || !stored.ok) fail(all);
  return { environment, settings, layers, storeVariables: variables, datastore: nameOf(stored.settings) };
}
