import { formatPrefix } from "../../net/prefix.ts";
import type { FibRoute } from "../fib-route.ts";
import { openFib } from "./fib.ts";
import { eventually, scratchNetns } from "./scratch-netns.ts";

/** The world of the FIB's contract in a namespace of its own; somebody else is `ip`. Needs root. */
export function netnsFibWorld() {
  const netns = scratchNetns();
  netns.ip("addr add 10.9.0.1/24 dev v0");
  netns.ip("addr add fd09::1/64 dev v0 nodad");
  const links = [netns.ifindex("v0"), netns.ifindex("v1")] as const;
  const nameOf = (ifindex: number): string => (ifindex === links[0] ? "v0" : "v1");
  const words = { create: "add", replace: "replace", delete: "del" } as const;
  return {
    open: openFib,
    netns: netns.path,
    links,
    ip: netns.ip,
    someone(kind: "create" | "replace" | "delete", route: FibRoute): void {
      const family = route.prefix.family === "ipv6" ? "-6" : "-4";
      const [only] = route.nexthops;
      const out = only ? `dev ${nameOf(only.ifindex)}` : "";
      const target = `${only ? "" : `${route.type} `}${formatPrefix(route.prefix)}`;
      netns.ip(
        `${family} route ${words[kind]} ${target} ${out} proto ${route.protocol} metric ${route.metric} table ${route.table}`.replace(
          / +/g,
          " ",
        ),
      );
    },
    link: (ifindex: number, up: boolean): void => void netns.ip(`link set ${nameOf(ifindex)} ${up ? "up" : "down"}`),
    eventually,
    close: netns.close,
  };
}
