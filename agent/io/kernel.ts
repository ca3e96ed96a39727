import { openConntrack } from "../../kernel/ctnetlink/io/conntrack.ts";
import type { Conntrack } from "../../kernel/ctnetlink/port.ts";
import type { KernelFact } from "../../kernel/fact.ts";
import { FibDriver } from "../../kernel/fib-driver.ts";
import { openFib } from "../../kernel/io/fib.ts";
import { openInterfaces } from "../../kernel/io/interfaces.ts";
import { openKernelSets } from "../../kernel/io/kernel-sets.ts";
import { openSysctls } from "../../kernel/io/sysctl.ts";
import { type Neighbour, sameNeighbour } from "../../kernel/neighbour.ts";
import { Reconciler } from "../../kernel/reconciler.ts";
import { SysctlDriver } from "../../kernel/sysctl-driver.ts";
import { openQdiscs } from "../../kernel/tc/io/qdiscs.ts";
import { QdiscDriver } from "../../kernel/tc/qdisc-driver.ts";
import type { Tell } from "../../lib/fact.ts";
import { systemClock } from "../../lib/io/clock.ts";
import { sameAddress } from "../../net/address.ts";
import { addressSet, type InterfaceAddress } from "../bgp/peering-addresses.ts";
import { ReversePath } from "../reverse-path.ts";

/** Protocol number of the routes that BGP makes; free in linux/rtnetlink.h and in what FRR, BIRD and Calico use. */
export const bgpProtocol = 78;

/** The drivers of this machine's kernel, one of each. */
export interface Kernel {
  readonly fib: FibDriver;
  readonly neighbours: Reconciler<Neighbour>;
  /** Addresses of interfaces of workloads that are BGP peers. */
  readonly addresses: Reconciler<InterfaceAddress>;
  readonly sysctls: SysctlDriver;
  readonly reversePath: ReversePath;
  /** Limits of workloads' traffic. */
  readonly qdiscs: QdiscDriver;
  /** The table of connections. */
  readonly conntrack: Conntrack;
  /** Stops writing; the kernel keeps what it has. */
  close(): void;
}

/** Opens the drivers. Nothing is written before somebody wants something. @throws KernelError when a socket cannot be had */
export function openKernel(
  options: {
    readonly localProtocol: number;
    readonly isWorkload: (name: string) => boolean;
    readonly nameOf: (ifindex: number) => string;
  },
  tell: Tell<KernelFact>,
): Kernel {
  const clock = systemClock;
  const sets = openKernelSets({});
  const protocols = { local: options.localProtocol, bgp: bgpProtocol };
  const fib = new FibDriver({ open: openFib, clock, tell, protocols });
  const neighbours = new Reconciler<Neighbour>({
    name: "neighbours",
    set: sets.neighbours,
    same: sameNeighbour,
    // Permanent neighbours on interfaces of workloads are nobody's but ours.
    owns: ({ ifindex }) => options.isWorkload(options.nameOf(ifindex)),
    clock,
    tell,
  });
  const interfaces = openInterfaces({});
  const addresses = new Reconciler<InterfaceAddress>({
    name: "addresses",
    set: addressSet(interfaces),
    same: (x, y) => x.ifindex === y.ifindex && sameAddress(x.prefix, y.prefix) && x.prefix.length === y.prefix.length,
    owns: () => false,
    clock,
    tell,
  });
  const buckets = openQdiscs({});
  const qdiscs = new QdiscDriver({ qdiscs: buckets, isWorkload: options.isWorkload, clock, tell });
  const conntrack = openConntrack({});
  const settings = openSysctls({});
  const sysctls = new SysctlDriver(settings);
  return {
    fib,
    neighbours,
    addresses,
    qdiscs,
    conntrack,
    sysctls,
    reversePath: new ReversePath({ sysctls: settings, driver: sysctls }),
    close() {
      fib.close();
      neighbours.close();
      addresses.close();
      interfaces.close();
      qdiscs.close();
      buckets.close();
      conntrack.close();
      sets.close();
    },
  };
}
