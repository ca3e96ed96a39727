import { set } from "../../lib/change.ts";
import type { WatchLinks } from "../links.ts";
import type { SimKernel } from "./kernel.ts";

/** Watches the interfaces of a simulated kernel. */
export function simLinks(kernel: SimKernel): WatchLinks {
  return (_, listener) => {
    queueMicrotask(() => {
      if (closed) return;
      for (const [ifindex, link] of kernel.links) listener.link(set(ifindex, link));
      for (const [key, address] of kernel.addresses) listener.address(set(key, address));
      kernel.linkListeners.add(listener);
      listener.synced();
    });
    let closed = false;
    return {
      close() {
        closed = true;
        kernel.linkListeners.delete(listener);
      },
    };
  };
}
