import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { systemClock } from "../../../lib/io/clock.ts";
import { eventually, type ScratchNetns, scratchNetns } from "../../io/scratch-netns.ts";
import type { Link } from "../../links.ts";
import { bucketOf } from "../bucket.ts";
import { ifbName } from "../ifb-name.ts";
import type { Qdiscs } from "../port.ts";
import { qdiscsContract } from "../qdiscs.contract.ts";
import type { Direction, Shaping } from "../shaping.ts";
import { openQdiscs } from "./qdiscs.ts";

/** A link as `ip` sees it. */
function linkIn(netns: ScratchNetns, name: string): Link | undefined {
  const all = JSON.parse(netns.ip("-d -j link show")) as { ifname: string; [field: string]: unknown }[];
  const found = all.find(({ ifname }) => ifname === name) as
    | { ifindex: number; mtu: number; flags: string[]; address: string; linkinfo?: { info_kind?: string } }
    | undefined;
  if (!found) return undefined;
  const { ifindex, mtu, flags, address: mac, linkinfo } = found;
  const up = flags.includes("UP");
  return { ifindex, name, up, running: up, mac, mtu, kind: linkinfo?.info_kind ?? "", peer: 0, master: 0 };
}

describe("token buckets of this kernel", () => {
  qdiscsContract(() => {
    const netns = scratchNetns("tc");
    const qdiscs = openQdiscs({ netns: netns.path });
    return {
      qdiscs,
      clock: systemClock,
      add: (name) => netns.ip(`link add ${name} up type veth peer name p${name}`),
      remove: (name) => netns.ip(`link del ${name}`),
      link: (name) => linkIn(netns, name),
      close() {
        qdiscs.close();
        netns.close();
      },
    };
  });

  describe("as tc prints them", () => {
    let netns: ScratchNetns;
    let qdiscs: Qdiscs;
    beforeEach(() => {
      netns = scratchNetns("tc");
      qdiscs = openQdiscs({ netns: netns.path });
    });
    afterEach(() => {
      qdiscs?.close();
      netns?.close();
    });

    const run = (...words: string[]): string =>
      execFileSync("ip", ["netns", "exec", netns.name, ...words], { encoding: "utf8", stdio: "pipe" });
    const tc = (text: string): string => run("tc", ...text.split(" "));
    const shape = async (direction: Direction, limit: Parameters<typeof bucketOf>[0]): Promise<void> => {
      const value: Shaping = {
        interfaceName: "v0",
        ifindex: netns.ifindex("v0"),
        direction,
        bucket: bucketOf(limit, 1500),
      };
      assert.deepEqual(await qdiscs.apply([{ kind: "set", key: `v0 ${direction}`, value }]), [undefined]);
    };

    it("carry rate, burst, peak rate and queue; beyond 32 bits too", async () => {
      await shape("ingress", { rate: 10e6, burst: 800_000 });
      const text = tc("-d qdisc show dev v0");
      assert.match(text, /tbf 1: root refcnt \d+ rate 10Mbit burst 100000b\/1 mpu 0b lat 25ms linklayer ethernet/);
      await shape("ingress", { rate: 10e6, burst: 800_000, peakrate: 100e6, minburst: 1 });
      assert.match(tc("-d qdisc show dev v0"), /peakrate 100Mbit mtu 151\db\/1 mpu 0b lat 25ms/);
      await shape("ingress", { rate: 100e9, burst: 1e9, peakrate: 200e9, minburst: 9000 });
      assert.match(tc("-d qdisc show dev v0"), /rate 100Gbit burst 1\d*b\/1 mpu 0b peakrate 200Gbit/);
    });

    it("lead egress through one device, whatever Felix or the bandwidth plugin redirected before", async () => {
      netns.ip("link add bwpold up type ifb");
      tc("qdisc add dev v0 handle ffff: ingress");
      tc(
        "filter add dev v0 parent ffff: protocol all prio 1 u32 match u32 0 0 flowid 1:1 action mirred egress redirect dev bwpold",
      );
      await shape("egress", { rate: 10e6, burst: 800_000 });
      await shape("egress", { rate: 20e6, burst: 800_000 });
      const filters = tc("filter show dev v0 ingress");
      assert.equal(filters.match(/Redirect to device/g)?.length, 1, filters);
      assert.match(filters, new RegExp(`Redirect to device ${ifbName("v0")}\\) stolen`));
      assert.match(tc(`qdisc show dev ${ifbName("v0")}`), /rate 20Mbit/);
    });

    it("adopt what Felix made: the same device by its name, the same handle", async () => {
      const device = ifbName("v0");
      netns.ip(`link add ${device} up type ifb`);
      tc("qdisc add dev v0 handle ffff: ingress");
      tc(
        `filter add dev v0 parent ffff: protocol all prio 1 u32 match u32 0 0 flowid 1:1 action mirred egress redirect dev ${device}`,
      );
      for (const name of ["v0", device])
        tc(`qdisc add dev ${name} root handle 1: tbf rate 10mbit burst 100kb latency 25ms`);
      const found = await qdiscs.dump();
      assert.deepEqual([...found.keys()].sort(), ["v0 egress", "v0 ingress"]);
      for (const { bucket } of found.values()) assert.equal(bucket?.rate, 1_250_000);
      const all = [...found].map(([key, value]) => ({ kind: "delete" as const, key, value }));
      assert.deepEqual(await qdiscs.apply(all), [undefined, undefined]);
      assert.doesNotMatch(tc("qdisc show"), /tbf|ingress/);
      assert.equal(linkIn(netns, device), undefined);
    });

    it("leave a root queue and filters of others alone when they delete", async () => {
      tc("qdisc add dev v0 root handle 7: tbf rate 10mbit burst 100kb latency 25ms");
      tc("qdisc add dev v0 handle ffff: ingress");
      tc(
        "filter add dev v0 parent ffff: protocol all prio 9 u32 match u32 0 0 flowid 1:1 action mirred egress redirect dev v1",
      );
      assert.deepEqual([...(await qdiscs.dump())], []);
      const value = { interfaceName: "v0", ifindex: netns.ifindex("v0"), bucket: undefined };
      for (const direction of ["ingress", "egress"] as const) {
        await qdiscs.apply([{ kind: "delete", key: `v0 ${direction}`, value: { ...value, direction } }]);
      }
      assert.match(tc("qdisc show dev v0"), /tbf 7: root/);
      assert.match(tc("filter show dev v0 ingress"), /Redirect to device v1/);
    });

    it("hold traffic back in both directions", async () => {
      await shape("ingress", { rate: 10e6, burst: 100_000 });
      await shape("egress", { rate: 10e6, burst: 100_000 });
      // What v0 sends is the workload's ingress; what v1 sends comes in at v0 and is its egress.
      const flood = `
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind((sys.argv[1], 0))
frame = b"\\xff" * 6 + b"\\x02" * 6 + b"\\x88\\xb5" + b"x" * 1400
for i in range(200):
    try:
        s.send(frame)
    except OSError:
        pass
`;
      for (const name of ["v0", "v1"]) run("python3", "-c", flood, name);
      for (const name of ["v0", ifbName("v0")]) {
        await eventually(`overlimits of ${name}`, () => {
          const [{ overlimits, drops, bytes } = assert.fail()] = JSON.parse(tc(`-s -j qdisc show dev ${name} root`));
          return overlimits > 0 && drops > 0 && bytes > 12_000;
        });
      }
    });
  });
});
