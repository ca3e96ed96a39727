import type { BGPConfiguration } from "../../datastore/model/bgp-configuration.ts";

/** The cluster's BGP settings as they hold for one node. */
export type BgpSettings = BGPConfiguration["spec"];

/** Port on which nodes wait for BGP when nobody says otherwise. */
export const defaultListenPort = 179;

/** What `node.<name>` may say for its node alone; everything else counts in `default` only. */
const ofNode = [
  "bindMode",
  "communities",
  "ignoredInterfaces",
  "listenPort",
  "logSeverityScreen",
  "prefixAdvertisements",
] as const satisfies readonly (keyof BgpSettings)[];

/**
 * The settings that hold for a node: `default`, over which its own configuration `node.<name>` stands in the fields that
 * are a node's affair. Source: Calico's BGPConfiguration reference (fields marked "default only") and confd/pkg/backends/
 * calico/client.go.
 */
export function settingsOf(configurations: ReadonlyMap<string, BGPConfiguration>, node: string): BgpSettings {
  const own = configurations.get(`node.${node}`)?.spec ?? {};
  const said = ofNode.filter((field) => own[field] !== undefined).map((field) => [field, own[field]]);
  return { ...configurations.get("default")?.spec, ...(Object.fromEntries(said) as BgpSettings) };
}

/** The port on which each node waits for BGP: its own configuration's, else the cluster's, else 179. */
export function listenPorts(configurations: ReadonlyMap<string, BGPConfiguration>): (node: string) => number {
  return (node) => settingsOf(configurations, node).listenPort ?? defaultListenPort;
}
