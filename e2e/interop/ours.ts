import { existsSync, rmSync } from "node:fs";
import type {
  BgpPeer,
  BgpPeerAnswer,
  BgpPeersAnswer,
  BgpRequest,
  BgpRoute,
  BgpRoutesAnswer,
} from "../../agent/api/bgp.ts";
import type { Failure } from "../../agent/api/socket.ts";
import { ask } from "../lab/ask.ts";
import { waitFor } from "../lab/wait.ts";
import type { Host } from "./host.ts";

const root = new URL("../..", import.meta.url).pathname;

/** One line of the log of `manx speaker`. */
export interface Fact {
  readonly msg: string;
  readonly peer?: string;
  readonly [name: string]: unknown;
}

/** Our side: `manx speaker` on one machine of the link, asked by its socket and read by its log. */
export class OurSpeaker {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Starts `manx speaker` with a configuration that is also JSON, and waits until it answers. */
  async start(config: object): Promise<void> {
    const path = this.#host.file("speaker.yaml", JSON.stringify(config, null, 1), 0o600);
    rmSync(this.#socket, { force: true });
    const command = [`${root}bin/manx`, "speaker", "--config", path];
    this.#host.start("speaker", command, { MANX_RUN_DIR: this.#host.folder });
    await waitFor("manx speaker answers", 15_000, async () => {
      if (!this.#host.isRunning("speaker")) throw new Error(`manx speaker ended: ${this.lastWords()}`);
      return existsSync(this.#socket) ? true : undefined;
    });
  }

  /** SIGTERM: closes without a word. SIGKILL: a crash. */
  async end(how: "SIGTERM" | "SIGKILL"): Promise<void> {
    await this.#host.end("speaker", how);
  }

  /** Everything it told so far, in order. */
  facts(): Fact[] {
    const lines = this.#host.log("speaker").split("\n").slice(0, -1);
    return lines.flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Fact] : []));
  }

  /** What it told of one peer. */
  factsOf(peer: string, ...names: readonly string[]): Fact[] {
    return this.facts().filter((fact) => fact.peer === peer && names.includes(fact.msg));
  }

  /** One peer, by its address or, where it has none, its interface. */
  async peer(name: string): Promise<BgpPeer> {
    const { peers } = (await this.#ask({ do: "bgp.peers" })) as BgpPeersAnswer;
    const found = peers.find((peer) => peer.name === name || peer.interface === name);
    if (!found)
      throw new Error(`manx speaker knows no peer ${name}, only ${peers.map((peer) => peer.name).join(", ")}`);
    return found;
  }

  /** The paths of a prefix that a peer sent; `all`: as they are after our filter. */
  async pathsFrom(peer: string, prefix: string, view: "received" | "all" = "received"): Promise<readonly BgpRoute[]> {
    const family = prefix.includes(":") ? "ipv6" : "ipv4";
    const answer = await this.#ask({ do: "bgp.routes", view, family, prefix, peer });
    return (answer as BgpRoutesAnswer).routes.filter((route) => route.prefix === prefix);
  }

  /** Everything of one peer. */
  async detail(name: string): Promise<BgpPeerAnswer> {
    return (await this.#ask({ do: "bgp.peer", name })) as BgpPeerAnswer;
  }

  /** Whether a peer was told of a prefix. */
  async advertises(peer: string, prefix: string): Promise<boolean> {
    const family = prefix.includes(":") ? "ipv6" : "ipv4";
    const answer = await this.#ask({ do: "bgp.routes", view: "advertised", family, prefix, peer });
    return (answer as BgpRoutesAnswer).routes.some((route) => route.prefix === prefix);
  }

  lastWords(): string {
    return this.#host.lastWords("speaker");
  }

  get #socket(): string {
    return `${this.#host.folder}/speaker.sock`;
  }

  async #ask(request: BgpRequest): Promise<object> {
    const answer = (await ask(this.#socket, request)) as { readonly ok: true } | Failure;
    if (!answer.ok) throw new Error(`manx speaker answers ${answer.code}: ${answer.message}`);
    return answer;
  }
}
