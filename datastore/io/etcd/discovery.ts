import { resolveSrv } from "node:dns/promises";
import { StoreUnavailable } from "../../store.ts";

/** One SRV record, as far as it counts here (RFC 2782). */
export interface ServiceRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** The SRV records of a name; rejects when there are none. */
export type LookUp = (name: string) => Promise<readonly ServiceRecord[]>;

const services = [
  ["_etcd-client-ssl", "https"],
  ["_etcd-client", "http"],
] as const;

/**
 * The endpoints that a domain names: `_etcd-client-ssl._tcp` as https, then `_etcd-client._tcp` as http, each by priority,
 * weight and name, as etcd's own clients read them. Looked up once, at the start.
 * @throws StoreUnavailable when there is neither.
 */
export async function discoverEndpoints(domain: string, lookUp: LookUp = resolveSrv): Promise<readonly string[]> {
  const endpoints: string[] = [];
  const reasons: string[] = [];
  for (const [service, scheme] of services) {
    const name = `${service}._tcp.${domain}`;
    try {
      const records = [...(await lookUp(name))].sort(inOrder);
      endpoints.push(...records.map((record) => `${scheme}://${record.name.replace(/\.$/, "")}:${record.port}`));
    } catch (error) {
      reasons.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (endpoints.length > 0) return endpoints;
  const message = `ETCD_DISCOVERY_SRV = '${domain}' names no etcd: ${reasons.join("; ") || "no records"}`;
  throw new StoreUnavailable("datastore/unavailable", message, { operation: "connect" });
}

function inOrder(x: ServiceRecord, y: ServiceRecord): number {
  return x.priority - y.priority || y.weight - x.weight || (x.name < y.name ? -1 : 1);
}
