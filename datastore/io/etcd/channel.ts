import { Client, connectivityState } from "@grpc/grpc-js";
import { StoreRefused } from "../../store.ts";
import { credentialsFor, filesStamp } from "./credentials.ts";
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

/** An endpoint that failed gets this long, in milliseconds, while there are others to try. */
const shortPatience = 300;

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

/** A client of one endpoint, and the state of the TLS files it was made with. */
interface Made {
  readonly client: Client;
  readonly stamp: string;
}

/** The connections to the endpoints of a cluster, one in use at a time; who meets a dead one moves on to the next. */
export class Channel {
  readonly #urls: readonly URL[];
  readonly #settings: EtcdSettings;
  readonly #made = new Map<number, Made>();
  #current = 0;

  constructor(settings: EtcdSettings) {
    this.#settings = settings;
    this.#urls = settings.endpoints.map(parseEndpoint);
    if (this.#urls.length > 0) return;
    throw new StoreRefused("datastore/refused", "no etcd endpoint is given; set ETCD_ENDPOINTS", {
      operation: "connect",
    });
  }

  /**
   * The client in use; connects when first asked. One that is not connected is made anew when the TLS files have changed.
   * @throws StoreRefused when a TLS file cannot be read.
   */
  client(): Client {
    const url = this.url;
    const known = this.#made.get(this.#current);
    const encrypted = url.protocol === "https:";
    if (known && (!encrypted || stateOf(known.client) === connectivityState.READY)) return known.client;
    const stamp = encrypted ? filesStamp(this.#settings) : "";
    if (known && known.stamp === stamp) return known.client;
    const name = this.#settings.serverName;
    const more = name === undefined ? {} : { "grpc.ssl_target_name_override": name, "grpc.default_authority": name };
    const client = new Client(hostAndPort(url), credentialsFor(url, this.#settings), { ...options, ...more });
    this.#made.set(this.#current, { client, stamp });
    known?.client.close();
    return client;
  }

  /** Where the client in use points. */
  get url(): URL {
    return this.#urls[this.#current]!;
  }

  /** The same for messages. */
  get endpoint(): string {
    return this.url.origin;
  }

  /** How many endpoints there are. */
  get size(): number {
    return this.#urls.length;
  }

  /** `client` failed us: another endpoint is in use from now on, unless somebody moved on already. */
  failed(client: Client): void {
    if (this.#made.get(this.#current)?.client !== client) return;
    const others = this.#urls.map((_, i) => (this.#current + 1 + i) % this.#urls.length);
    const failing = (i: number) => {
      const made = this.#made.get(i);
      return made !== undefined && stateOf(made.client) === connectivityState.TRANSIENT_FAILURE;
    };
    this.#current = others.find((i) => i !== this.#current && !failing(i)) ?? others[0]!;
  }

  /**
   * Whether the client can send now, or once an attempt to connect has ended, at `deadline` (of the wall clock) the latest.
   * Where the last attempt failed it waits for the next ones, but not long when there are other endpoints.
   */
  ready(client: Client, now: number, deadline: number): Promise<boolean> {
    const state = client.getChannel().getConnectivityState(true);
    if (state === connectivityState.READY) return Promise.resolve(true);
    if (state === connectivityState.TRANSIENT_FAILURE) {
      const until = this.size > 1 ? Math.min(deadline, now + shortPatience) : deadline;
      return new Promise((resolve) => client.waitForReady(until, (error) => resolve(!error)));
    }
    return connected(client, state, deadline);
  }

  close(): void {
    for (const { client } of this.#made.values()) client.close();
    this.#made.clear();
  }
}

function stateOf(client: Client): connectivityState {
  return client.getChannel().getConnectivityState(false);
}

/** Follows the states of a connection until it stands or an attempt has failed. */
function connected(client: Client, state: connectivityState, deadline: number): Promise<boolean> {
  return new Promise((resolve) => {
    const look = (last: connectivityState) => {
      client.getChannel().watchConnectivityState(last, deadline, (error) => {
        const next = error ? connectivityState.SHUTDOWN : client.getChannel().getConnectivityState(true);
        if (next === connectivityState.READY) resolve(true);
        else if (next === connectivityState.IDLE || next === connectivityState.CONNECTING) look(next);
        else resolve(false);
      });
    };
    look(state);
  });
}
