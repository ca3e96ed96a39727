import { nearest } from "../lib/nearest.ts";
import { BadInput, CliError } from "./error.ts";
import type { Environment, Shell } from "./shell.ts";
import { readDocuments } from "./yaml.ts";

/** Where calicoctl looks for its configuration when nothing else is said. */
export const defaultConfigPath = "/etc/calico/calicoctl.cfg";

/** A field of CalicoAPIConfig's spec → the variable that says the same. */
const variables: Readonly<Record<string, string>> = {
  datastoreType: "DATASTORE_TYPE",
  etcdEndpoints: "ETCD_ENDPOINTS",
  etcdUsername: "ETCD_USERNAME",
  etcdPassword: "ETCD_PASSWORD",
  etcdKeyFile: "ETCD_KEY_FILE",
  etcdCertFile: "ETCD_CERT_FILE",
  etcdCACertFile: "ETCD_CA_CERT_FILE",
  embeddedStore: "EMBEDDED_STORE",
};

/** Fields that calicoctl knows and that say nothing about the stores we speak to. */
const ignored: ReadonlySet<string> = new Set([
  "kubeconfig",
  "k8sAPIEndpoint",
  "k8sKeyFile",
  "k8sCertFile",
  "k8sCAFile",
  "k8sAPIToken",
  "k8sInsecureSkipTLSVerify",
  "k8sDisableNodePoll",
  "usePodCIDR",
  "kubeconfigInline",
  "k8sClientQPS",
  "k8sClientBurst",
  "k8sCurrentContext",
  "calicoAPIGroup",
]);

function invalid(path: string, why: string): CliError {
  return new CliError(`invalid config file ${path}: ${why}`);
}

/** The variables that a configuration file amounts to. @throws CliError */
export function readConfig(text: string, path: string): Environment {
  let value: unknown;
  try {
    value = readDocuments(text, path)[0]?.value;
  } catch (error) {
    if (error instanceof BadInput) throw new CliError(`syntax error in ${error.facts.mistakes.join("; ")}`);
    throw error;
  }
  if (typeof value !== "object" || value === null) throw invalid(path, "an object of kind CalicoAPIConfig is wanted");
  const { apiVersion, kind, spec } = value as { apiVersion?: unknown; kind?: unknown; spec?: unknown };
  if (apiVersion !== "projectcalico.org/v3") throw invalid(path, `unknown APIVersion '${String(apiVersion ?? "")}'`);
  if (kind !== "CalicoAPIConfig") throw invalid(path, `expected kind 'CalicoAPIConfig', got '${String(kind ?? "")}'`);
  const environment: Record<string, string> = {};
  for (const [field, given] of Object.entries((spec ?? {}) as object)) {
    const variable = variables[field];
    if (variable) environment[variable] = String(given);
    else if (!ignored.has(field)) throw invalid(path, fieldFault(field));
  }
  return environment;
}

function fieldFault(field: string): string {
  if (/^etcd(Key|Cert|CACert)$/.test(field)) return `spec.${field} is not read; spec.${field}File would be right`;
  if (field === "etcdDiscoverySrv") return "spec.etcdDiscoverySrv is not read; spec.etcdEndpoints would be right";
  const near = nearest(field, Object.keys(variables));
  return `there is no field spec.${field}${near ? `; spec.${near} would be right` : ""}`;
}

/**
 * The variables that name the store: those of the file given, else of the default file when it is there, else of the
 * process. So says calicoctl: the environment counts only without a file. @throws CliError
 */
export async function storeEnvironment(shell: Shell, path: string | undefined): Promise<Environment> {
  if (path !== undefined && path !== defaultConfigPath) return readConfig(await shell.read(path), path);
  const text = await shell.readIfThere(defaultConfigPath);
  if (text === undefined || text.trim() === "") return shell.environment;
  return readConfig(text, defaultConfigPath);
}
