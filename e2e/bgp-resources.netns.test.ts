import assert from "node:assert/strict";
import type { BGPConfiguration } from "../datastore/model/bgp-configuration.ts";
import type { BGPFilter } from "../datastore/model/bgp-filter.ts";
import type { BGPPeer } from "../datastore/model/bgp-peer.ts";
import { BgpLab } from "./bgp-resources.ts";
import { pod } from "./playing.ts";
import { documents, namespaceProfile, pool } from "./resources.ts";

const apiVersion = "projectcalico.org/v3" as const;
const tor = "172.31.0.254";
const [n1, n2, n3] = ["172.31.0.1", "172.31.0.2", "172.31.0.3"];

/** The router announces this link, and a network whose path already has our AS in it. */
const behind = "192.0.2.0/24";
const looped = "198.51.100.0/24";

const cluster: BGPConfiguration["spec"] = { asNumber: 64512, nodeToNodeMeshEnabled: true };
const atTor: BGPPeer["spec"] = { node: "n1", peerIP: tor, asNumber: 65000 };
const keptKey = { password: { secretKeyRef: { name: "bgp", key: "tor" } } };

function filter(spec: BGPFilter["spec"]): BGPFilter {
  return { kind: "BGPFilter", apiVersion, metadata: { name: "f" }, spec };
}

/** Agents in a cluster whose BGP resources change while they run; every step begins with what the one before left. */
describe("agents follow BGP's resources", function () {
  this.timeout(120_000);
  const lab = new BgpLab();
  /** The blocks of n1 and n2. */
  let [block1, block2] = ["", ""];

  before(async () => {
    await lab.raise();
    const yaml = documents(pool("pods", "10.244.0.0/16", 26), namespaceProfile("blue"));
    await lab.driver.act({ do: "apply", yaml });
    await lab.configureRouter(
      "interface lo",
      "ip address 192.0.2.1/24",
      "ip address 198.51.100.1/24",
      "exit",
      "route-map looped permit 10",
      "set as-path prepend 64512",
      "exit",
      "router bgp 65000",
      "address-family ipv4 unicast",
      `network ${behind}`,
      `network ${looped} route-map looped`,
    );
    await lab.configure(cluster);
    await lab.peer("tor", atTor);
    await lab.isUp("n1", n2!, n3!, tor);
    for (const [name, node] of [
      ["a", "n1"],
      ["b", "n2"],
    ] as const) {
      await lab.driver.act({ do: "attach", pod: { ...pod("blue", name, node), labels: { app: name } } });
    }
    const blockOf = async (node: string): Promise<string> => {
      return (await lab.driver.parts.agents.status(node))?.blocks[0] ?? "";
    };
    [block1, block2] = [await blockOf("n1"), await blockOf("n2")];
    await lab.until("blocks at the router", async () => {
      return (await lab.atRouter(block1)).length > 0 && (await lab.atRouter(block2)).length > 0;
    });
  });

  after(() => lab.close());

  describe("without a reset", () => {
    it("communities of a prefix, by name and as they are, and those of one node", async () => {
      const communities = [{ name: "blue", value: "64512:7" }];
      const said = { communities, prefixAdvertisements: [{ cidr: "10.244.0.0/16", communities: ["blue", "64512:8"] }] };
      const seen = async (): Promise<string> => (await lab.atRouter(block1))[0]?.communities ?? "gone";
      await lab.without(
        "communities",
        () => lab.configure({ ...cluster, ...said }),
        async () => (await seen()) === "64512:7 64512:8",
      );
      const own = { prefixAdvertisements: [{ cidr: "10.244.0.0/16", communities: ["64512:9"] }] };
      await lab.without(
        "the node's own",
        () => lab.configure(own, "node.n1"),
        async () => (await seen()) === "64512:9",
      );
      await lab.client.delete({ kind: "BGPConfiguration", name: "node.n1" });
      await lab.without(
        "none",
        () => lab.configure(cluster),
        async () => (await seen()) === "",
      );
    });

    it("filters that a peering names, and what becomes of them", async () => {
      const has = async (prefix: string): Promise<boolean> => (await lab.atRouter(prefix)).length > 0;
      await lab.apply(filter({ exportV4: [{ action: "Reject", cidr: block2, matchOperator: "Equal" }] }));
      await lab.without(
        "a filter on the way out",
        () => lab.peer("tor", { ...atTor, filters: ["f"] }),
        async () => (await has(block1)) && !(await has(block2)),
      );
      await lab.without(
        "a filter on the way in",
        () => lab.apply(filter({ importV4: [{ action: "Reject", cidr: behind, matchOperator: "Equal" }] })),
        async () => (await has(block2)) && (await lab.kernel("n1", behind)) === "",
      );
      await lab.without(
        "no filter",
        () => lab.peer("tor", atTor),
        async () => (await lab.kernel("n1", behind)) !== "",
      );
    });

    it("pools with disableBGPExport, and ranges of services", async () => {
      const has = async (prefix: string): Promise<boolean> => (await lab.atRouter(prefix)).length > 0;
      const pods = await lab.client.get({ kind: "IPPool", name: "pods" });
      const { kind, metadata, spec } = pods;
      const withExport = (disableBGPExport: boolean): Promise<void> =>
        lab.apply({ kind, apiVersion, metadata: { name: metadata.name }, spec: { ...spec, disableBGPExport } });
      await lab.without(
        "a pool that is kept back",
        () => withExport(true),
        async () => !(await has(block1)),
      );
      const services = { serviceClusterIPs: [{ cidr: "10.96.0.0/12" }] };
      await lab.without(
        "services",
        () => lab.configure({ ...cluster, ...services }),
        async () => has("10.96.0.0/12"),
      );
      await withExport(false);
      await lab.without(
        "all as before",
        () => lab.configure(cluster),
        async () => (await has(block1)) && !(await has("10.96.0.0/12")),
      );
    });

    it("our own AS in a path, as often as the peering allows", async () => {
      assert.equal(await lab.kernel("n1", looped), "");
      await lab.without(
        "numAllowedLocalASNumbers",
        () => lab.peer("tor", { ...atTor, numAllowedLocalASNumbers: 1 }),
        async () => (await lab.kernel("n1", looped)) !== "",
      );
      await lab.without(
        "no more",
        () => lab.peer("tor", atTor),
        async () => (await lab.kernel("n1", looped)) === "",
      );
    });

    it("who writes the cluster's routes into the kernel", async () => {
      assert.notEqual(await lab.kernel("n1", block2), "");
      await lab.without(
        "programClusterRoutes Disabled",
        () => lab.configure({ ...cluster, programClusterRoutes: "Disabled" }),
        async () => (await lab.kernel("n1", block2)) === "" && (await lab.kernel("n1", behind)) !== "",
      );
      await lab.without(
        "programClusterRoutes as before",
        () => lab.configure(cluster),
        async () => (await lab.kernel("n1", block2)) !== "",
      );
    });

    it("where a node waits for callers", async () => {
      await lab.without(
        "bindMode NodeIP",
        () => lab.configure({ ...cluster, bindMode: "NodeIP" }),
        async () => (await lab.listens("n1")) === `${n1}:179 [fd00:31::1]:179`,
      );
      await lab.without(
        "bindMode None",
        () => lab.configure(cluster),
        async () => (await lab.listens("n1")) === "0.0.0.0:179 [::]:179",
      );
    });

    it("next hops that are kept", async () => {
      const hop = async (): Promise<string> => {
        return (await lab.atRouter(block2)).find(({ from }) => from === n1)?.nextHop ?? "none";
      };
      assert.equal(await hop(), n1);
      await lab.without(
        "nextHopMode Keep",
        () => lab.peer("tor", { ...atTor, nextHopMode: "Keep" }),
        async () => (await hop()) === n2,
      );
      await lab.without(
        "keepOriginalNextHop gone",
        () => lab.peer("tor", atTor),
        async () => (await hop()) === n1,
      );
    });
  });

  describe("with a reset of that session alone", () => {
    it("keepalives, and how long a restart may take", async () => {
      await lab.resets(tor, () => lab.peer("tor", { ...atTor, keepaliveTime: "7s" }));
      assert.equal((await lab.terms("n1", tor)).get("timers"), "hold 21 s, keepalive 7 s");
      await lab.resets(tor, () => lab.peer("tor", { ...atTor, maxRestartTime: "33s" }));
      const shown = await lab.driver.parts.routers.get("tor")!.show(`show bgp neighbors ${n1} json`);
      assert.match(JSON.stringify(shown), /"receivedRestartTimer":33/);
      await lab.resets(tor, () => lab.peer("tor", { ...atTor, sourceAddress: "None" }));
    });

    it("another AS number of ours, as the router sees it", async () => {
      await lab.configureRouter("router bgp 65000", `neighbor ${n1} remote-as 64999`);
      await lab.isDown("n1", tor);
      await lab.peer("tor", { ...atTor, localASNumber: 64999 });
      await lab.isUp("n1", tor);
      await lab.until("the path", async () => (await lab.atRouter(block1))[0]?.asPath === "64999");
      await lab.configureRouter("router bgp 65000", `neighbor ${n1} remote-as 64512`);
      await lab.peer("tor", atTor);
      await lab.isUp("n1", tor);
    });

    it("TTL security: a router that does not send 255 is not heard", async () => {
      // What such a router says at the end of a connection is not heard either, so the peering is taken up anew.
      const anew = async (spec: BGPPeer["spec"]): Promise<void> => {
        await lab.client.delete({ kind: "BGPPeer", name: "tor" });
        await lab.until("the peering to go", async () => !(await lab.peers("n1")).has(tor));
        await lab.peer("tor", spec);
        await lab.isUp("n1", tor);
      };
      await lab.peer("tor", { ...atTor, ttlSecurity: 1 });
      await lab.isDown("n1", tor);
      await lab.configureRouter("router bgp 65000", `neighbor ${n1} ttl-security hops 1`);
      await anew({ ...atTor, ttlSecurity: 1 });
      await lab.configureRouter("router bgp 65000", `no neighbor ${n1} ttl-security hops 1`);
      await anew(atTor);
    });

    it("a password: none is no session, a wrong one is silence, the right one works, a new one resets", async () => {
      await lab.peer("tor", { ...atTor, ...keptKey });
      await lab.until("the missing file to be named", async () => {
        return /password: .*\/n1\/secrets\/bgp\/tor cannot be read/.test(await lab.why("n1", tor));
      });
      await lab.isDown("n1", tor);
      await lab.configureRouter("router bgp 65000", `neighbor ${n1} password right`);
      lab.secret("n1", "tor", "wrong\n");
      await lab.until("segments with the wrong signature", async () => (await lab.refusedSegments("n1")) > 0);
      assert.notEqual((await lab.peers("n1")).get(tor)!.state, "Established");
      lab.secret("n1", "tor", "right\n");
      await lab.isUp("n1", tor);
      await lab.without(
        "the same key again",
        async () => lab.secret("n1", "tor", "right"),
        async () => (await lab.peers("n1")).get(tor)?.state === "Established",
      );
      await lab.configureRouter("router bgp 65000", `neighbor ${n1} password other`);
      lab.secret("n1", "tor", "other");
      await lab.isUp("n1", tor);
      await lab.configureRouter("router bgp 65000", `no neighbor ${n1} password`);
      await lab.peer("tor", atTor);
      await lab.isUp("n1", tor);
    });

    it("a peer behind a router: a route of its own, as long as the peering asks for it", async () => {
      const far = "203.0.113.1";
      await lab.configureRouter("interface lo", `ip address ${far}/32`);
      assert.equal(await lab.kernel("n1", far), "");
      await lab.peer("tor", { ...atTor, peerIP: far, reachableBy: tor });
      await lab.isUp("n1", far);
      assert.match(await lab.kernel("n1", far), /^203\.0\.113\.1 via 172\.31\.0\.254 dev eth0 proto 77 metric 1024$/);
      await lab.peer("tor", atTor);
      await lab.isUp("n1", tor);
      await lab.until("the route to go", async () => (await lab.kernel("n1", far)) === "");
    });

    it("the mesh's password and its restart time; who calls anew does so at the port of that node", async () => {
      await lab.without(
        "the port of one node",
        () => lab.configure({ listenPort: 1790 }, "node.n1"),
        async () => (await lab.listens("n1")) === "0.0.0.0:1790 [::]:1790",
      );
      for (const node of ["n1", "n2", "n3"]) lab.secret(node, "mesh", "between us");
      const nodeMeshPassword = { secretKeyRef: { name: "bgp", key: "mesh" } };
      const before = await lab.connections("n1");
      await lab.configure({ ...cluster, nodeMeshPassword, nodeMeshMaxRestartTime: "44s" });
      await lab.until("other connections", async () => {
        const now = await lab.connections("n1");
        return [n2!, n3!].every((at) => now.has(at) && now.get(at) !== before.get(at));
      });
      await lab.isUp("n1", n2!, n3!, tor);
      // n2 calls n1: its address is the greater text.
      assert.match((await lab.connections("n1")).get(n2!)!, /^172\.31\.0\.1:1790 /);
      assert.match((await lab.terms("n1", n2!)).get("graceful restart")!, /^44 s/);
      assert.equal((await lab.connections("n1")).get(tor), before.get(tor), "the router is no node of ours");
      lab.secret("n3", "mesh", "not among us");
      await lab.isDown("n1", n3!);
      await lab.client.delete({ kind: "BGPConfiguration", name: "node.n1" });
      await lab.configure(cluster);
      await lab.isUp("n1", n2!, n3!, tor);
    });
  });

  describe("a route reflector instead of the mesh", () => {
    const toReflector: BGPPeer["spec"] = { nodeSelector: "!has(reflector)", peerSelector: "has(reflector)" };

    it("is a node with a cluster id; what it reflects leads to its owner, or to itself where it says so", async () => {
      await lab.node("n3", "224.0.0.3", { reflector: "" });
      await lab.configure({ ...cluster, nodeToNodeMeshEnabled: false });
      await lab.peer("reflector", toReflector);
      await lab.until("n1 and n2 to have n3 alone", async () => {
        const [x, y] = [await lab.peers("n1"), await lab.peers("n2")];
        return !x.has(n2!) && !y.has(n1!) && [x, y].every((peers) => peers.get(n3!)?.state === "Established");
      });
      await lab.until("n2's block by reflection", async () => (await lab.routes("n1", block2))[0]?.peer === n3);
      const [route] = await lab.routes("n1", block2);
      assert.deepEqual([route?.originatorId, route?.clusterList, route?.nextHop], [n2, ["224.0.0.3"], n2]);
      await lab.until("it in the kernel", async () => (await lab.kernel("n1", block2)).includes(`via ${n2} `));
      await lab.without(
        "nextHopMode Self",
        () => lab.peer("reflector", { ...toReflector, nextHopMode: "Self" }),
        async () => (await lab.kernel("n1", block2)).includes(`via ${n3} `),
      );
    });

    it("hears of what a workload announces, through the workload's node", async () => {
      const routed = "10.244.250.0/26";
      const [address, stop] = await lab.speakerIn("blue/a", { asn: 65020, peer: "169.254.9.1", announces: routed });
      try {
        const mesh = { ...cluster, nodeToNodeMeshEnabled: false };
        await lab.peer("reflector", toReflector);
        await lab.peer("workloads", { localWorkloadSelector: "app == 'a'", asNumber: 65020 });
        await lab.without(
          "a peering with a workload",
          () => lab.configure({ ...mesh, localWorkloadPeeringIPV4: "169.254.9.1" }),
          async () => (await lab.kernel("n1", routed)).includes(`via ${address} dev cali`),
        );
        await lab.until("the other node", async () => (await lab.kernel("n2", routed)).includes(`via ${n1} `));
        await lab.client.delete({ kind: "BGPPeer", name: "workloads" });
        await lab.until("the end of it", async () => (await lab.kernel("n2", routed)) === "");
        await lab.until("the address to go", async () => !(await lab.addresses("n1")).includes("169.254.9.1"));
      } finally {
        await stop();
      }
    });

    it("peers with nobody whom the reverse is not made for", async () => {
      await lab.peer("reflector", { ...toReflector, reversePeering: "Manual" });
      await lab.isDown("n1", n3!);
      assert.equal((await lab.peers("n3")).size, 0);
      assert.ok((await lab.peers("n1")).has(n3!), "our side is asked for");
      await lab.peer("reflector", toReflector);
      await lab.isUp("n1", n3!);
    });
  });
});
