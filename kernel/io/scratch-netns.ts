import { execFileSync } from "node:child_process";

/** A network namespace that a test made, and `ip` inside it: an independent witness of what our netlink did. */
export interface ScratchNetns {
  readonly name: string;
  /** What ports take as `netns`. */
  readonly path: string;
  /** Runs `ip ARGS` inside; the words are split at spaces. Answers what it printed. @throws Error when it fails */
  ip(args: string): string;
  /** ifindex of an interface inside. */
  ifindex(name: string): number;
  /** Deletes it. */
  close(): void;
}

let made = 0;

/** Makes a namespace with the loopback and a veth pair `v0`, `v1` in it, all up. Its name says whose it is. Needs root. */
export function scratchNetns(room = "kernel"): ScratchNetns {
  const name = `manx-${room}-${process.pid}-${made++}`;
  const run = (args: string[]): string => execFileSync("ip", args, { encoding: "utf8", stdio: "pipe" });
  const ip = (args: string): string => run(["-n", name, ...args.split(" ")]);
  run(["netns", "add", name]);
  try {
    ip("link set lo up");
    ip("link add v0 type veth peer name v1");
    ip("link set v0 up");
    ip("link set v1 up");
  } catch (error) {
    run(["netns", "del", name]);
    throw error;
  }
  return {
    name,
    path: `/run/netns/${name}`,
    ip,
    ifindex: (link) => JSON.parse(ip(`-j link show dev ${link}`))[0].ifindex,
    close: () => void run(["netns", "del", name]),
  };
}

/** Resolves when `holds` does; rejects after two seconds, naming what was waited for. */
export async function eventually(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 2000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
