import type { Address } from "../../net/address.ts";
import { parseAddress } from "../../net/address-text.ts";
import { type Prefix, parsePrefix } from "../../net/prefix.ts";
import type { Expression } from "./expression.ts";
import type { Rule } from "./rule.ts";
import { manxTable, type Table } from "./table.ts";

const prefix = (text: string): Prefix => parsePrefix(text)!;
const address = (text: string): Address => parseAddress(text)!;

function rules(name: string, ...all: readonly (readonly Expression[])[]): Rule[] {
  return all.map((expressions, i) => ({ name: `${name}|${i}`, expressions }));
}

const acceptMark = 0x10000;

/** Every kind of expression at least once, in the places where an agent uses them. */
export const representativeTable: Table = {
  ...manxTable,
  sets: [
    { name: "hosts", key: ["ipv4_addr"], comment: "role == 'web'", elements: ["10.0.0.2", "10.0.0.1", "10.0.0.1"] },
    {
      name: "nets",
      key: ["ipv4_addr"],
      interval: true,
      elements: [
        "10.0.0.0/8",
        "10.1.0.0/16",
        "192.168.0.0-192.168.0.9",
        "192.168.0.5-192.168.0.20",
        "255.255.255.0/24",
      ],
    },
    {
      name: "nets6",
      key: ["ipv6_addr"],
      interval: true,
      comment: "x".repeat(200),
      elements: ["fd00::/8", "2001:db8::1"],
    },
    { name: "ports", key: ["inet_service"], interval: true, elements: ["80", "90-100", "95-110", "65535"] },
    { name: "named-ports", key: ["ipv4_addr", "inet_proto", "inet_service"], elements: ["10.0.0.1 . tcp . 80"] },
    { name: "net-ports", key: ["ipv6_addr", "inet_service"], interval: true, elements: ["fd00::/64 . 80"] },
    { name: "tunnels", key: ["ifname"], elements: ["eth0"] },
    { name: "marks", key: ["mark"], elements: ["0x10000"] },
  ],
  maps: [
    {
      name: "from-workload",
      entries: new Map([
        ["cali1", { kind: "goto", chain: "fw-cali1" }],
        ["cali2", { kind: "drop" }],
      ]),
    },
  ],
  chains: [
    {
      name: "fw-cali1",
      rules: rules(
        "endpoint cali1",
        [{ kind: "ct state", states: ["established", "related"] }, { kind: "counter" }, { kind: "accept" }],
        [{ kind: "ct state", states: ["invalid"] }, { kind: "counter" }, { kind: "drop" }],
        [{ kind: "set mark", keep: ~0x30000, flip: 0 }],
        [
          { kind: "port", protocol: "udp", field: "dport", from: 4789, to: 4789 },
          { kind: "counter" },
          { kind: "drop" },
        ],
        [{ kind: "l4proto", protocol: 4 }, { kind: "drop" }],
        [{ kind: "jump", chain: "np-web" }],
        [{ kind: "mark", mask: acceptMark, value: acceptMark }, { kind: "return" }],
        [{ kind: "counter" }, { kind: "drop" }],
      ),
    },
    {
      name: "np-web",
      rules: rules(
        "np.default/web",
        [{ kind: "address", field: "saddr", prefix: prefix("10.0.0.0/8") }, { kind: "accept" }],
        [{ kind: "address", field: "saddr", prefix: prefix("10.0.0.0/9"), not: true }, { kind: "accept" }],
        [{ kind: "address", field: "daddr", prefix: prefix("0.0.0.0/0"), not: true }, { kind: "accept" }],
        [{ kind: "address", field: "daddr", prefix: prefix("0.0.0.0/0") }, { kind: "return" }],
        [
          { kind: "address", field: "daddr", prefix: prefix("10.1.2.3/32") },
          { kind: "port", protocol: "tcp", field: "dport", from: 80, to: 90 },
          { kind: "accept" },
        ],
        [
          { kind: "address", field: "daddr", prefix: prefix("fd00::/20") },
          { kind: "port", protocol: "sctp", field: "sport", from: 1, to: 9, not: true },
          { kind: "accept" },
        ],
        [
          { kind: "lookup", key: ["ip saddr"], set: "hosts" },
          { kind: "set mark", keep: ~acceptMark, flip: acceptMark },
        ],
        [{ kind: "lookup", key: ["ip daddr"], set: "nets", not: true }, { kind: "drop" }],
        [{ kind: "lookup", key: ["ip6 daddr"], set: "nets6" }, { kind: "accept" }],
        [{ kind: "l4proto", protocol: 6 }, { kind: "lookup", key: ["dport"], set: "ports" }, { kind: "accept" }],
        [{ kind: "lookup", key: ["ip daddr", "l4proto", "dport"], set: "named-ports" }, { kind: "accept" }],
        [{ kind: "lookup", key: ["ip6 saddr", "dport"], set: "net-ports" }, { kind: "accept" }],
        [{ kind: "lookup", key: ["iifname"], set: "tunnels" }, { kind: "accept" }],
        [{ kind: "lookup", key: ["mark"], set: "marks" }, { kind: "accept" }],
        [{ kind: "icmp", family: "ipv4", type: 8 }, { kind: "accept" }],
        [{ kind: "icmp", family: "ipv6", type: 135, not: true }, { kind: "accept" }],
        [{ kind: "l4proto", protocol: 17, not: true }, { kind: "drop" }],
        [{ kind: "nfproto", family: "ipv6", not: true }, { kind: "continue" }],
        [{ kind: "ct state", states: ["new", "untracked"], not: true }, { kind: "drop" }],
        [
          { kind: "limit", rate: 10, per: "minute", burst: 20 },
          { kind: "log", prefix: "drop web: " },
          { kind: "drop" },
        ],
        [{ kind: "limit", rate: 5, per: "second", burst: 5, over: true }, { kind: "drop" }],
        [{ kind: "log", prefix: "nflog", group: 2, snaplen: 80 }],
        [
          { kind: "l4proto", protocol: 6 },
          { kind: "ct count", connections: 20, over: true },
          { kind: "counter" },
          { kind: "reject", with: "tcp reset" },
        ],
        [{ kind: "ct count", connections: 100 }, { kind: "accept" }],
        [
          { kind: "limit", rate: 10, per: "hour", burst: 5 },
          { kind: "log", prefix: "np.default/web", group: 7, snaplen: 128 },
          { kind: "drop" },
        ],
        [{ kind: "reject", with: "port-unreachable" }],
        [{ kind: "reject", with: "admin-prohibited" }],
        [{ kind: "reject", with: "tcp reset" }],
      ),
    },
    {
      name: "forward",
      hook: { type: "filter", point: "forward", priority: 0, policy: "accept" },
      rules: [
        ...rules("dispatch", [
          { kind: "interface", field: "iifname", name: "cali*" },
          { kind: "vmap", key: "iifname", map: "from-workload" },
        ]),
        ...rules("unknown interface", [
          { kind: "interface", field: "iifname", name: "cali*" },
          { kind: "interface", field: "oifname", name: "eth0", not: true },
          { kind: "counter" },
          { kind: "drop" },
        ]),
      ],
    },
    {
      name: "raw",
      hook: { type: "filter", point: "prerouting", priority: -300, policy: "accept" },
      rules: rules(
        "raw",
        [{ kind: "reverse path", mark: true, missing: true }, { kind: "counter" }, { kind: "drop" }],
        [{ kind: "address type", field: "daddr", type: "local" }, { kind: "notrack" }],
        [{ kind: "set mark", keep: 0, flip: 7 }],
        [{ kind: "set mark", keep: 0xff00ffff, flip: 0x120000 }],
      ),
    },
    {
      name: "postrouting",
      hook: { type: "nat", point: "postrouting", priority: 110, policy: "accept" },
      rules: rules(
        "nat outgoing",
        [{ kind: "ct status", status: "dnat", not: true }, { kind: "return" }],
        [
          { kind: "lookup", key: ["ip saddr"], set: "nets" },
          { kind: "masquerade", fullyRandom: true },
        ],
        [
          { kind: "l4proto", protocol: 6 },
          { kind: "masquerade", ports: { from: 1024, to: 65535 } },
        ],
        [
          { kind: "l4proto", protocol: 6 },
          { kind: "snat", to: address("192.0.2.1"), ports: { from: 1024, to: 2047 } },
        ],
        [{ kind: "snat", to: address("2001:db8::1"), fullyRandom: true }],
      ),
    },
    {
      name: "prerouting",
      hook: { type: "nat", point: "prerouting", priority: -100, policy: "accept" },
      rules: rules("floating ip", [
        { kind: "l4proto", protocol: 17 },
        { kind: "dnat", to: address("10.0.0.1"), ports: { from: 53, to: 53 } },
      ]),
    },
  ],
};
