import assert from "node:assert/strict";
import type { VariantState } from "../../kernel/iptables/variant.ts";
import { chooseFirewall, needsIptables } from "./choice.ts";

const settings = { nftablesMode: "Auto", iptablesBackend: "Auto", ipv6Support: true } as const;
const state = (variant: "nft" | "legacy", more: Partial<VariantState> = {}): readonly VariantState[] =>
  (["ipv4", "ipv6"] as const).map((family) => ({ variant, family, works: true, kubernetes: false, rules: 0, ...more }));

describe("the firewall of a node", () => {
  it("is nftables where the kernel takes it, and where it is forced", () => {
    assert.equal(chooseFirewall(settings, { nftables: "", iptables: [] }).kind, "nftables");
    assert.equal(
      chooseFirewall({ ...settings, nftablesMode: "Enabled" }, { nftables: "no", iptables: [] }).kind,
      "nftables",
    );
    assert.deepEqual(
      [
        needsIptables(settings, ""),
        needsIptables(settings, "ENOENT"),
        needsIptables({ ...settings, nftablesMode: "Disabled" }, ""),
      ],
      [false, true, true],
    );
  });

  const rows: readonly (readonly [string, readonly VariantState[], string, RegExp])[] = [
    ["both alike", [...state("nft"), ...state("legacy")], "iptables-nft", /no nftables: ENOENT; .*0 rules/],
    [
      "Kubernetes in legacy",
      [...state("nft", { rules: 9 }), ...state("legacy", { kubernetes: true })],
      "iptables-legacy",
      /Kubernetes/,
    ],
    [
      "Kubernetes in both",
      [...state("nft", { kubernetes: true }), ...state("legacy", { kubernetes: true, rules: 2 })],
      "iptables-legacy",
      /4 rules/,
    ],
    ["one that works", [...state("nft", { works: false, why: "no" }), ...state("legacy")], "iptables-legacy", /only/],
    ["none", state("nft", { works: false, why: "not there" }), "iptables-nft", /nft ipv4: not there/],
    ["nobody", [], "iptables-nft", /no program/],
  ];
  for (const [name, iptables, kind, why] of rows)
    it(`without nftables: ${name}`, () => {
      const choice = chooseFirewall(settings, { nftables: "ENOENT", iptables });
      assert.equal(choice.kind, kind);
      assert.match(choice.why, why);
    });

  it("is the iptables that is forced", () => {
    for (const [backend, kind] of [
      ["NFT", "iptables-nft"],
      ["Legacy", "iptables-legacy"],
    ] as const) {
      const forced = { ...settings, nftablesMode: "Disabled", iptablesBackend: backend } as const;
      assert.equal(chooseFirewall(forced, { nftables: "", iptables: [] }).kind, kind);
    }
  });

  it("looks at families that are programmed alone", () => {
    const half = state("nft").map((one) => ({ ...one, works: one.family === "ipv4" }));
    const there = { nftables: "no", iptables: [...half, ...state("legacy", { works: false })] };
    assert.match(chooseFirewall({ ...settings, ipv6Support: false }, there).why, /only iptables-nft/);
  });
});
