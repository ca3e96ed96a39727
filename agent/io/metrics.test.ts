import assert from "node:assert/strict";
import type { IptablesPort } from "../../kernel/iptables/port.ts";
import { KernelCalls } from "../dataplane/kernel-calls.ts";
import { type MetricsView, openMetrics } from "./metrics.ts";

const view: MetricsView = {
  localEndpoints: 2,
  localPolicies: 3,
  localSelectors: 4,
  cluster: { hosts: 5, workloadEndpoints: 6, policies: 7, profiles: 8, tiers: 1 },
  resyncState: 3,
  datastoreConnected: true,
  routes: { local: 9, bgp: 10, conflicts: 0 },
  firewall: { kind: "nftables", chains: 11, rules: 12, maps: 2, sets: 13 },
  calls: undefined,
  hits: [{ policy: "NetworkPolicy shop/db", direction: "ingress", action: "deny", packets: 3 }],
  policyFaults: 2,
  peers: [
    {
      address: "10.0.0.2",
      asn: 64512,
      type: "node-to-node mesh",
      family: "ipv4",
      state: "Established",
      since: "",
      received: 4,
      advertised: 5,
      why: "",
    },
  ],
  ribBytes: 1000,
  bgp: { status: undefined, now: 0 },
};

describe("the metrics page", () => {
  it("shows the moment in Felix's names, and BGP beside it", async () => {
    let now = { ...view, peers: [] as MetricsView["peers"] };
    const metrics = openMetrics(() => now);
    metrics.count({ fact: "bgp.session-up" });
    metrics.count({ fact: "bgp.session-up" });
    metrics.applied(0.002);
    metrics.count({ fact: "nft.refused" });
    metrics.arrived(0.003);
    metrics.initialResync(0.4);
    now = { ...view };
    const page = await metrics.page();
    for (const line of [
      "felix_active_local_endpoints 2",
      "felix_cluster_num_hosts 5",
      "felix_resync_state 3",
      "manx_datastore_connected 1",
      'felix_route_table_num_routes{table="main",owner="bgp"} 10',
      "felix_nft_sets 13",
      "felix_nft_errors 1",
      "felix_ipset_errors 0",
      'manx_firewall{kind="nftables"} 1',
      'manx_firewall{kind="iptables-nft"} 0',
      'manx_policy_packets_total{policy="NetworkPolicy shop/db",direction="ingress",action="deny"} 3',
      'manx_endpoint_programming_seconds_bucket{le="0.005"} 1',
      'manx_endpoint_programming_seconds_bucket{le="0.002"} 0',
      'bgp_peer_up{peer="10.0.0.2",family="ipv4",type="node-to-node mesh"} 1',
      'bgp_peer_prefixes_advertised{peer="10.0.0.2",family="ipv4"} 5',
      'manx_facts_total{fact="bgp.session-up"} 2',
      "felix_int_dataplane_failures 1",
      "felix_int_dataplane_initial_resync_time_seconds 0.4",
      "felix_int_dataplane_apply_time_seconds_count 1",
    ])
      assert.ok(page.includes(`${line}\n`), `${line}\n---\n${page.slice(0, 4000)}`);
    assert.match(page, /process_resident_memory_bytes \d/);
    assert.match(page, /manx_policy_faults 2/);
  });

  it("has of the firewalls only the one in use", async () => {
    const tables = [{ family: "ipv6", table: "filter", chains: 21, rules: 22 }] as const;
    const firewall = { kind: "iptables-legacy", chains: 21, rules: 22, maps: 0, sets: 23, tables } as const;
    const calls = new KernelCalls();
    const port = calls.iptables({ restore: async () => ({ kind: "committed" }) } as unknown as IptablesPort);
    const metrics = openMetrics(() => ({ ...view, firewall, calls }));
    await metrics.page();
    await port.restore("filter", ["-A x", "-A y"]);
    const page = await metrics.page();
    for (const line of [
      'felix_iptables_chains{ip_version="6",table="filter"} 21',
      'felix_iptables_rules{ip_version="6",table="filter"} 22',
      "felix_iptables_lines_executed 2",
      "felix_iptables_restore_calls 1",
      "felix_nft_calls 0",
      "felix_ipsets_total 23",
      "felix_nft_chains 0",
    ])
      assert.ok(page.includes(`${line}\n`), line);
  });

  it("asks once for a page, however many series it has", async () => {
    let asked = 0;
    const metrics = openMetrics(() => {
      asked++;
      return view;
    });
    await metrics.page();
    await metrics.page();
    assert.equal(asked, 2);
  });

  it("forgets a peer that is gone, and shares nothing between two agents in one process", async () => {
    let peers = view.peers;
    const metrics = openMetrics(() => ({ ...view, peers }));
    openMetrics(() => view).count({ fact: "x" });
    assert.match(await metrics.page(), /bgp_peer_up\{/);
    peers = [];
    const page = await metrics.page();
    assert.doesNotMatch(page, /bgp_peer_up\{/);
    assert.doesNotMatch(page, /fact="x"/);
  });
});
