import { Client, connectivityState } from "@grpc/grpc-js";
import { StoreRefused } from "../../store.ts";
import { credentialsFor } from "./credentials.ts";
import type { EtcdSettings } from "./settings.ts";

/** Largest answer we take: a watch's catch-up or a page of a list. etcd itself has no bound for them. */
export const receiveLimitBytes = 512 * 1024 * 1024;

/**
 * etcd closes connections that ping more often than every 5 s (`--grpc-keepalive-min-time`), so 6 s; a dead connection is
 * noticed within 9 s.
 */
const options = {
  "grpc.max_receive_message_length": receiveLimitBytes,
  "grpc.max_send_message_length": 64 * 1024 * 1024,
  "grpc.keepalive_time_ms": 6000,
  "grpc.keepalive_timeout_ms": 3000,
  "grpc.keepalive_permit_without_calls": 1,
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 3000,
  "grpc.enable_retries": 0,
  "grpc-node.flow_control_window": 16 * 1024 * 1024,
  // Channels that share connections would also share a connection that a test or an operator has cut.
  "grpc.use_local_subchannel_pool": 1,
} as const;

function parseEndpoint(endpoint: string): URL {
  const text = endpoint.includes("://") ? endpoint : `http://${endpoint}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.protocol === "http:" || url.protocol === "https:")) return url;
  const message = `etcd endpoint '${endpoint}' is no URL; 'https://host:2379' would be right`;
  throw new StoreRefused("datastore/refused", message, { operation: "connect" });
}

function hostAndPort(url: URL): string {
  return url.port === "" ? `${url.hostname}:${url.protocol === "https:" ? 443 : 80}` : url.host;
}

/** The connections to the endpoints of a cluster, one in use at a time; who meets a dead one moves on to the next. */
export class Channel {
  readonly #urls: readonly URL[];
  readonly #settings: EtcdSettings;
  readonly #clients = new Map<number, Client>();
  #current = 0;

  constructor(settings: EtcdSettings) {
    this.#settings = settings;
    this.#urls = settings.endpoints.map(parseEndpoint);
    if (this.#urls.length > 0) return;
    throw new StoreRefused("datastore/refused", "no etcd endpoint is given; set ETCD_ENDPOINTS", {
      operation: "connect",
    });
  }

  /** The client in use; connects when first asked. */
  client(): Client {
    const known = this.#clients.get(this.#current);
    if (known) return known;
    const url = this.#urls[this.#current]!;
    const made = new Client(hostAndPort(url), credentialsFor(url, this.#settings), options);
    this.#clients.set(this.#current, made);
    return made;
  }

  /** Where the client in use points, for messages. */
  get endpoint(): string {
    return this.#urls[this.#current]!.origin;
  }

  /** `client` failed us: the next endpoint is in use from now on, unless somebody moved on already. */
  failed(client: Client): void {
    if (this.#clients.get(this.#current) !== client) return;
    this.#current = (this.#current + 1) % this.#urls.length;
  }

  /** Whether the client can send now, within the time given (a deadline of the wall clock). */
  ready(client: Client, deadline: number): Promise<boolean> {
    if (client.getChannel().getConnectivityState(true) === connectivityState.READY) return Promise.resolve(true);
    return new Promise((resolve) => client.waitForReady(deadline, (error) => resolve(!error)));
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }
}
