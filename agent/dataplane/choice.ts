import type { VariantState } from "../../kernel/iptables/variant.ts";
import type { FelixSettings } from "../config/felix.ts";
import type { DataplaneKind } from "./dataplane.ts";

/** What the machine can do, as far as it was asked. */
export interface FirewallsThere {
  /** Empty when the kernel takes an nftables transaction, else why not; undefined: not asked. */
  readonly nftables: string | undefined;
  /** What each variant of iptables is to each family; empty: not asked. */
  readonly iptables: readonly VariantState[];
}

/** The firewall that it is to be, and a sentence about what decided. */
export interface FirewallChoice {
  readonly kind: DataplaneKind;
  readonly why: string;
}

type Settings = Pick<FelixSettings, "nftablesMode" | "iptablesBackend" | "ipv6Support">;
type Variant = VariantState["variant"];

const variants: readonly Variant[] = ["nft", "legacy"];

/** Whether iptables has to be looked at before the choice can be made: looking starts programs. */
export function needsIptables(settings: Settings, nftables: string | undefined): boolean {
  return settings.nftablesMode === "Disabled" || (settings.nftablesMode === "Auto" && nftables !== "");
}

/**
 * Which firewall a node gets: nftables where it is forced or, in `Auto`, where the kernel takes it; else the iptables that is forced; else
 * the one in which Kubernetes' own chains are, so that all see one order of rules; else the one with more rules; else nft.
 * Source of the order among variants: Calico felix/environment/feature_detect_linux.go.
 */
export function chooseFirewall(settings: Settings, there: FirewallsThere): FirewallChoice {
  const { nftablesMode, iptablesBackend } = settings;
  if (nftablesMode === "Enabled") return { kind: "nftables", why: "nftablesMode is Enabled" };
  if (nftablesMode === "Auto" && there.nftables === "")
    return { kind: "nftables", why: "nftablesMode is Auto and the kernel takes nftables transactions" };
  const because =
    nftablesMode === "Disabled" ? "nftablesMode is Disabled" : `the kernel takes no nftables: ${there.nftables}`;
  if (iptablesBackend !== "Auto") {
    const kind = iptablesBackend === "NFT" ? "iptables-nft" : "iptables-legacy";
    return { kind, why: `${because}; iptablesBackend is ${iptablesBackend}` };
  }
  const { variant, why } = chooseVariant(settings, there.iptables);
  return { kind: `iptables-${variant}`, why: `${because}; ${why}` };
}

function chooseVariant(
  settings: Settings,
  states: readonly VariantState[],
): { readonly variant: Variant; readonly why: string } {
  const families = settings.ipv6Support ? ["ipv4", "ipv6"] : ["ipv4"];
  const asked = states.filter(({ family }) => families.includes(family));
  const of = (variant: Variant): readonly VariantState[] => asked.filter((state) => state.variant === variant);
  const works = variants.filter((variant) => of(variant).length > 0 && of(variant).every((state) => state.works));
  if (works.length === 0) {
    const whys = asked.flatMap(({ variant, family, why }) => (why ? `${variant} ${family}: ${why}` : []));
    return { variant: "nft", why: `no iptables works (${whys.join("; ") || "no program was found"})` };
  }
  if (works.length === 1) return { variant: works[0]!, why: `only iptables-${works[0]} works` };
  const kubernetes = works.filter((variant) => of(variant).some((state) => state.kubernetes));
  if (kubernetes.length === 1)
    return { variant: kubernetes[0]!, why: `Kubernetes' chains are in iptables-${kubernetes[0]}` };
  const rules = (variant: Variant): number => of(variant).reduce((sum, state) => sum + state.rules, 0);
  const variant = rules("legacy") > rules("nft") ? "legacy" : "nft";
  return { variant, why: `iptables-${variant} has ${rules(variant)} rules already, the other no more` };
}
