/** Which of the kernel's two packet filters an `iptables` program writes to: that of nftables, or the older one of its own. */
export type IptablesVariant = "nft" | "legacy";

/** What a variant of iptables is to one address family of this machine. */
export interface VariantState {
  readonly variant: IptablesVariant;
  readonly family: "ipv4" | "ipv6";
  /** Its programs are there, and the kernel took a transaction of theirs. */
  readonly works: boolean;
  /** Why it does not work; absent when it does. */
  readonly why?: string;
  /** kube-proxy or the kubelet has its chains in it (KUBE-…): the rules of the machine's other programs live there. */
  readonly kubernetes: boolean;
  /** How many of its rules stand there, whosever; Felix takes the variant that has more when nothing else decides. */
  readonly rules: number;
}
