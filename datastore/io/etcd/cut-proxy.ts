import { connect, createServer, type Server, type Socket } from "node:net";
import { FrameCounter } from "./frame-counter.ts";

/** Where a connection is to break: at the n-th HTTP/2 frame from now on, both directions counted together from 1. */
export interface FrameCut {
  readonly frame: number;
  /** Whether nothing of that frame passes, or its first octets do. */
  readonly where: "before" | "inside";
}

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
  #frameCut: FrameCut | undefined;
  #frames = 0;
  #sent = 0;
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

  /** How many HTTP/2 frames have passed, or begun to, in both directions. */
  get frames(): number {
    return this.#frames;
  }

  /** How many octets the near side has sent. */
  get sent(): number {
    return this.#sent;
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

  /** Breaks what stands once, at a frame yet to come; others may connect at once. */
  cutAtFrame(cut: FrameCut): void {
    this.#frameCut = { ...cut, frame: this.#frames + cut.frame };
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
      socket.setNoDelay(true);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        this.#sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    const [asked, answered] = [new FrameCounter(true), new FrameCounter(false)];
    near.on("data", (octets) => {
      this.#sent += octets.length;
      this.#pass(far, octets, asked);
    });
    far.on("data", (octets) => {
      if (this.#pass(near, octets.subarray(0, this.#allowance), answered)) this.#spend(octets.length);
    });
  }

  /** Passes octets on, up to the frame at which the connection is to break. False when it broke or nothing passes. */
  #pass(to: Socket, octets: Buffer, counter: FrameCounter): boolean {
    if (this.#silent) return false;
    for (const start of counter.add(octets)) {
      this.#frames++;
      if (this.#frames !== this.#frameCut?.frame) continue;
      const passed = octets.subarray(0, this.#frameCut.where === "before" ? start : start + 5);
      this.#frameCut = undefined;
      // The other side is to get what was passed: a destroyed socket would drop it.
      this.#sockets.delete(to);
      to.end(passed, () => to.destroy());
      this.#breakAll();
      return false;
    }
    to.write(octets);
    return true;
  }

  #spend(octets: number): void {
    this.#allowance -= octets;
    if (this.#allowance > 0) return;
    this.#allowance = Number.POSITIVE_INFINITY;
    this.#breakAll();
  }
}
