import { connect, createServer, type Socket } from "node:net";

/** A TCP relay on the loopback that can be cut: how tests break a connection in the middle of a message. */
export interface CutProxy {
  readonly port: number;
  /** Breaks what stands and lets nobody in. */
  cut(): void;
  /** Lets connections through again. */
  mend(): void;
  /** Breaks the connection that stands once `octets` more have come from the other side; others may come at once. */
  cutAfter(octets: number): void;
  /** Goes silent: connections stay up but nothing passes, as when a host dies or a firewall drops. */
  stall(): void;
  /** How often a connection was broken. */
  readonly cuts: number;
  stop(): Promise<void>;
}

/** Starts a relay to a port of the loopback. */
export async function startCutProxy(target: number): Promise<CutProxy> {
  const sockets = new Set<Socket>();
  let open = true;
  let allowance = Number.POSITIVE_INFINITY;
  let cuts = 0;
  let silent = false;
  const breakAll = () => {
    if (sockets.size > 0) cuts++;
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const server = createServer((near) => {
    if (!open) {
      near.destroy();
      return;
    }
    const far = connect(target, "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on("data", (octets) => {
      if (!silent) far.write(octets);
    });
    far.on("data", (octets) => {
      if (silent) return;
      near.write(octets.subarray(0, allowance));
      allowance -= octets.length;
      if (allowance > 0) return;
      allowance = Number.POSITIVE_INFINITY;
      breakAll();
    });
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    get cuts() {
      return cuts;
    },
    cut() {
      open = false;
      breakAll();
    },
    mend() {
      open = true;
    },
    stall() {
      silent = true;
    },
    cutAfter(octets) {
      allowance = octets;
    },
    stop: () => {
      breakAll();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
