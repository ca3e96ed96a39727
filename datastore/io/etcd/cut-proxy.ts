import { connect, createServer, type Server, type Socket } from "node:net";

/**
 * A TCP relay on the loopback that can be cut: how tests break a connection in the middle of a message. It never changes,
 * reorders or repeats octets; it only stops passing them on.
 */
export class CutProxy {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  readonly #target: number;
  #open = true;
  #silent = false;
  #allowance = Number.POSITIVE_INFINITY;
  #cuts = 0;

  /** Not listening yet; use `start`. */
  constructor(target: number) {
    this.#target = target;
    this.#server = createServer((near) => this.#accept(near));
  }

  /** A relay to a port of the loopback, listening on one of its own. */
  static async start(target: number): Promise<CutProxy> {
    const proxy = new CutProxy(target);
    proxy.#server.listen(0, "127.0.0.1");
    await new Promise((resolve) => proxy.#server.once("listening", resolve));
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address ? address.port : 0;
  }

  /** How often connections were broken. */
  get cuts(): number {
    return this.#cuts;
  }

  /** Breaks what stands and lets nobody in. */
  cut(): void {
    this.#open = false;
    this.#breakAll();
  }

  /** Lets connections through again. */
  mend(): void {
    this.#open = true;
  }

  /** Goes silent: connections stay up but nothing passes, as when a host dies or a firewall drops. */
  stall(): void {
    this.#silent = true;
  }

  /** Breaks what stands once `octets` more have come from the other side; others may connect at once. */
  cutAfter(octets: number): void {
    this.#allowance = octets;
  }

  stop(): Promise<void> {
    this.#breakAll();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #breakAll(): void {
    if (this.#sockets.size > 0) this.#cuts++;
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  #accept(near: Socket): void {
    if (!this.#open) {
      near.destroy();
      return;
    }
    const far = connect(this.#target, "127.0.0.1");
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        this.#sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on("data", (octets) => {
      if (!this.#silent) far.write(octets);
    });
    far.on("data", (octets) => this.#answer(near, octets));
  }

  #answer(near: Socket, octets: Buffer): void {
    if (this.#silent) return;
    near.write(octets.subarray(0, this.#allowance));
    this.#allowance -= octets.length;
    if (this.#allowance > 0) return;
    this.#allowance = Number.POSITIVE_INFINITY;
    this.#breakAll();
  }
}
