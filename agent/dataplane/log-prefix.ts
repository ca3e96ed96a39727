import { type Chain, shortKinds } from "../../policy/chain.ts";
import { kubernetesPolicyPrefix } from "../../policy/kubernetes/convert.ts";

/** What ends a prefix, as Felix has it: what the kernel says of the packet stands right behind. */
const END = ": ";

/**
 * What a log rule of a policy or profile writes before a packet, for a format (LogPrefix) and the most octets that the kernel
 * keeps of it. In the format `%t` is the policy's tier (a profile has none), `%k` its kind (np, gnp, knp for one of Kubernetes,
 * pro for a profile), `%n` its name, `%p` the name with the namespace and a `/` before it where there is one; any other `%` is
 * itself. What does not fit is cut, and where codes made it so a `: ` at the end stays. Source: Calico felix/rules/policy.go
 * (generateLogPrefix).
 */
export function logPrefix(format: string, chain: Pick<Chain, "owner" | "tier">, longest: number): string {
  if (!/%[tknp]/.test(format)) return format.slice(0, longest);
  const { kind, name, place } = wordsOf(chain.owner);
  const words: Readonly<Record<string, string>> = { "%t": chain.tier ?? "", "%k": kind, "%n": name, "%p": place };
  const text = format.replace(/%[tknp]/g, (code) => words[code]!);
  if (text.length <= longest) return text;
  return format.endsWith(END) ? `${text.slice(0, longest - END.length)}${END}` : text.slice(0, longest);
}

function wordsOf({ kind, namespace, name }: Chain["owner"]): Record<"kind" | "name" | "place", string> {
  const placed = (own: string) => (namespace === undefined ? own : `${namespace}/${own}`);
  if (kind === "Profile") return { kind: "pro", name, place: name };
  if (kind !== "NetworkPolicy" || !name.startsWith(kubernetesPolicyPrefix))
    return { kind: shortKinds[kind], name, place: placed(name) };
  const own = name.slice(kubernetesPolicyPrefix.length);
  return { kind: "knp", name: own, place: placed(own) };
}
