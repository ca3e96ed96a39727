import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { hop, noting, testProtocols, testRoute } from "../fib.contract.ts";
import type { Fib } from "../fib.ts";
import { type FibRoute, formatRoute, mainTable, sameRoute } from "../fib-route.ts";
import { openFib } from "./fib.ts";
import { type ScratchNetns, scratchNetns } from "./scratch-netns.ts";

/** Two hosts with two links and nothing on them but link-local addresses; each has an IPv4 address on its loopback. */
describe("IPv4 routes by IPv6 next hops (RTA_VIA, RFC 8950)", () => {
  let hosts: readonly [ScratchNetns, ScratchNetns];
  let fibs: Fib[];
  beforeEach(() => {
    hosts = [scratchNetns(), scratchNetns()];
    fibs = [];
    const [us, them] = hosts;
    for (const link of ["e0", "e1"]) {
      us.ip(`link add ${link} type veth peer name ${link} netns ${them.name}`);
      for (const [i, host] of hosts.entries()) {
        host.ip(`link set ${link} addrgenmode none`);
        host.ip(`link set ${link} up`);
        host.ip(`-6 addr add fe80::${i + 1}/64 dev ${link} nodad`);
      }
    }
    us.ip("addr add 10.1.0.1/32 dev lo");
    them.ip("addr add 10.2.0.1/32 dev lo");
    for (const host of hosts) fibs.push(openFib({ netns: host.path }, noting([])));
  });
  afterEach(() => {
    for (const fib of fibs) fib.close();
    for (const host of hosts) host.close();
  });

  const create = async (i: 0 | 1, route: FibRoute): Promise<void> => {
    const [error] = await fibs[i]!.apply([{ kind: "create", route }]);
    assert.equal(error, undefined, error?.message);
    const filter = { family: route.prefix.family, table: mainTable, protocol: testProtocols.local };
    const [found] = await fibs[i]!.dump(filter);
    assert.ok(found && sameRoute(found, route), `${found && formatRoute(found)} is not ${formatRoute(route)}`);
  };

  it("are read back as they were written, and forward", async () => {
    const [us, them] = hosts;
    await create(0, testRoute("10.2.0.1/32", [hop(us.ifindex("e0"), "fe80::2")]));
    await create(1, testRoute("10.1.0.1/32", [hop(them.ifindex("e0"), "fe80::1")]));
    assert.match(us.ip("route show 10.2.0.1"), /^10\.2\.0\.1 via inet6 fe80::2 dev e0 proto 180 /);
    const ping = ["ping", "-c1", "-W2", "-I", "10.1.0.1", "10.2.0.1"];
    assert.match(execFileSync("ip", ["netns", "exec", us.name, ...ping], { encoding: "utf8" }), / 0% packet loss/);
  });

  it("may have several, on links of their own and beside one of IPv4, and are deleted like any other", async () => {
    const [us] = hosts;
    us.ip("addr add 192.0.2.1/24 dev e1");
    const hops = [
      hop(us.ifindex("e0"), "fe80::2"),
      hop(us.ifindex("e1"), "fe80::2"),
      hop(us.ifindex("e1"), "192.0.2.9"),
    ];
    const route = testRoute("10.2.0.0/16", hops);
    await create(0, route);
    const listed = us.ip("route show 10.2.0.0/16");
    assert.match(listed, /nexthop via inet6 fe80::2 dev e0/);
    assert.match(listed, /nexthop via inet6 fe80::2 dev e1/);
    assert.match(listed, /nexthop via 192\.0\.2\.9 dev e1/);
    await fibs[0]!.apply([{ kind: "delete", route }]);
    assert.equal(us.ip("route show 10.2.0.0/16"), "");
  });
});
