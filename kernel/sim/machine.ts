import { errno } from "../errno.ts";
import { refused, syscallFailed } from "../error.ts";
import type { Interfaces, OpenInterfaces, VethPair } from "../interfaces.ts";
import { addressKey } from "../rtnetlink/address.ts";
import { SimKernel } from "./kernel.ts";

/** Network namespaces in memory, by path; the process lives in `host`. */
export class SimMachine {
  readonly host = new SimKernel();
  readonly #namespaces = new Map<string, SimKernel>();

  /** Makes a namespace at a path, empty but for its loopback. */
  addNamespace(path: string): SimKernel {
    const kernel = new SimKernel();
    this.#namespaces.set(path, kernel);
    return kernel;
  }

  /** The namespace at a path; the host's when there is none. @throws KernelError when nothing is there */
  at(path: string | undefined): SimKernel {
    const kernel = path === undefined ? this.host : this.#namespaces.get(path);
    if (!kernel) throw syscallFailed(`open network namespace ${path}`, errno.ENOENT);
    return kernel;
  }

  /** The port by which pods are furnished. */
  readonly openInterfaces: OpenInterfaces = ({ netns }) => this.#interfaces(this.at(netns));

  #interfaces(kernel: SimKernel): Interfaces {
    const find = (which: string | number) =>
      typeof which === "number" ? kernel.links.get(which) : kernel.linkNamed(which);
    const check = (error: Error | undefined): void => {
      if (error) throw error;
    };
    return {
      link: async (which) => find(which),
      links: async () => [...kernel.links.values()],
      createVeth: async (pair) => this.#createVeth(kernel, pair),
      setLink: async (ifindex, settings) => kernel.changeLink(ifindex, settings),
      deleteLink: async (which) => this.#deleteLink(kernel, find(which)?.ifindex),
      addresses: async () => [...kernel.addresses.values()],
      address: async ({ kind, key }) => {
        if (!kernel.links.has(key.ifindex)) throw refused(`address on link ${key.ifindex}`, errno.ENODEV);
        if (kind === "set") kernel.putAddress({ ...key, scope: 0, tentative: false });
        else kernel.dropAddress(addressKey(key));
      },
      setRoute: async (route) => check(kernel.writeRoute("replace", route, "other")),
      setNeighbour: async (neighbour) => check(kernel.writeNeighbour(neighbour)),
      close: () => {},
    };
  }

  #createVeth(kernel: SimKernel, pair: VethPair): void {
    const far = this.at(pair.peer.netns);
    if (far.linkNamed(pair.peer.name)) throw refused(`veth ${pair.name}`, errno.EEXIST);
    const mtu = pair.mtu ?? 1500;
    const near = kernel.addLink({ name: pair.name, mtu, ...(pair.mac && { mac: pair.mac }) });
    const peer = far.addLink({ name: pair.peer.name, mtu, peer: near, ...(pair.peer.mac && { mac: pair.peer.mac }) });
    kernel.changeLink(near, { peer });
    this.#pairs.push([kernel, near, far, peer]);
  }

  readonly #pairs: [SimKernel, number, SimKernel, number][] = [];

  /** The other end goes with it. */
  #deleteLink(kernel: SimKernel, ifindex: number | undefined): boolean {
    if (ifindex === undefined) return false;
    const isEnd = ([a, i, b, j]: [SimKernel, number, SimKernel, number]): boolean =>
      (a === kernel && i === ifindex) || (b === kernel && j === ifindex);
    const at = this.#pairs.findIndex(isEnd);
    kernel.deleteLink(ifindex);
    if (at < 0) return true;
    const [near, i, far, j] = this.#pairs.splice(at, 1)[0]!;
    near.deleteLink(i);
    far.deleteLink(j);
    return true;
  }
}
