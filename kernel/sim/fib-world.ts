import { parsePrefix } from "../../net/prefix.ts";
import type { OpenFib } from "../fib.ts";
import type { FibRoute } from "../fib-route.ts";
import { simFib } from "./fib.ts";
import { SimKernel } from "./kernel.ts";

/** The world of the FIB's contract in memory, and its kernel for tests that want to look inside. */
export interface SimFibWorld {
  readonly kernel: SimKernel;
  readonly open: OpenFib;
  readonly links: readonly [number, number];
  someone(kind: "create" | "replace" | "delete", route: FibRoute): void;
  link(ifindex: number, up: boolean): void;
  /** Lets everything under way come to rest; rejects when `holds` does not hold then. */
  eventually(what: string, holds: () => boolean): Promise<void>;
  close(): void;
}

/** Two interfaces that are up, the first with 10.9.0.1/24 and fd09::1/64. */
export function simFibWorld(): SimFibWorld {
  const kernel = new SimKernel();
  const links = [kernel.addLink({ name: "v0", up: true }), kernel.addLink({ name: "v1", up: true })] as const;
  for (const text of ["10.9.0.1/24", "fd09::1/64"]) {
    kernel.putAddress({ ifindex: links[0], prefix: parsePrefix(text)!, scope: 0, tentative: false });
  }
  return {
    kernel,
    open: simFib(kernel),
    links,
    someone: (kind, route) => {
      const error = kernel.writeRoute(kind, route, "other");
      if (error) throw error;
    },
    link: (ifindex, up) => kernel.changeLink(ifindex, { up }),
    async eventually(what, holds) {
      for (let turn = 0; turn < 200 && !holds(); turn++) await null;
      if (!holds()) throw new Error(`waited in vain for ${what}`);
    },
    close: () => {},
  };
}
