/** A transaction that any working iptables takes: a chain, a rule with the matches that every rule of ours has, and their end. */
export const probeText = [
  "*filter",
  ":cali-probe - [0:0]",
  '-A cali-probe -m comment --comment "probe" -m mark --mark 0x1/0x1 -m conntrack --ctstate ESTABLISHED -j RETURN',
  "COMMIT",
  "",
].join("\n");

/** Chains by which kube-proxy and the kubelet say which variant they use. */
const kubernetesChain = /^:KUBE-(?:IPTABLES-HINT|KUBELET-CANARY|PROXY-CANARY|SERVICES|FORWARD|POSTROUTING) /m;

/** What a listing by iptables-save says of who uses the variant. */
export function countSaved(text: string): { readonly kubernetes: boolean; readonly rules: number } {
  return {
    kubernetes: kubernetesChain.test(text),
    rules: text.split("\n").filter((line) => line.startsWith("-A ")).length,
  };
}
