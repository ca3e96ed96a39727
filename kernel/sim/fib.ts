import { KernelError } from "../error.ts";
import type { Fib, OpenFib } from "../fib.ts";
import { formatRoute } from "../fib-route.ts";
import type { SimKernel } from "./kernel.ts";

/** The routes of a simulated kernel. */
export function simFib(kernel: SimKernel): OpenFib {
  return (_, listener): Fib => {
    let closed = false;
    kernel.fibListeners.add(listener);
    const open = (): void => {
      if (closed) throw new KernelError("kernel/closed", "the FIB port is closed", { operation: "use", errno: 0 });
    };
    return {
      async dump({ family, table, protocol }) {
        open();
        kernel.faults.beforeDump(`dump of ${family} routes`);
        const routes = [...kernel.routes.values()].filter(
          (route) =>
            route.prefix.family === family &&
            route.table === table &&
            (protocol === undefined || route.protocol === protocol),
        );
        await kernel.faults.answerArrives();
        return routes;
      },
      async apply(writes) {
        open();
        const results = writes.map(
          ({ kind, route }) =>
            kernel.faults.refusal(`${kind} of route ${formatRoute(route)}`) ?? kernel.writeRoute(kind, route, "driver"),
        );
        await kernel.faults.answerArrives();
        kernel.faults.afterBatch("batch of routes");
        return results;
      },
      close() {
        closed = true;
        kernel.fibListeners.delete(listener);
      },
    };
  };
}
