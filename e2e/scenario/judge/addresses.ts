import { parseAddress } from "../../../net/address-text.ts";
import { families } from "../../../net/family.ts";
import { covers, parsePrefix } from "../../../net/prefix.ts";
import type { ClaimSeen, PodSeen } from "../driver.ts";
import type { Verdict } from "../expectation.ts";

/** Judges that each pod has one address of each family, no two the same, inside a prefix that its node owns. */
export function judgeAddresses(
  pods: readonly string[],
  seen: readonly PodSeen[],
  claims: readonly ClaimSeen[],
): Verdict[] {
  return pods.map((name) => {
    const pod = seen.find((each) => each.pod === name);
    if (!pod) return { what: `${name} has addresses`, held: false, seen: "not attached" };
    const wrong = families.flatMap((family) => faults(pod, pod.addresses[family], seen, claims));
    return { what: `${name} has addresses of its node`, held: wrong.length === 0, seen: wrong.join(", ") };
  });
}

function faults(pod: PodSeen, address: string, seen: readonly PodSeen[], claims: readonly ClaimSeen[]): string[] {
  if (address === "") return ["an address is missing"];
  const twin = seen.find((other) => other.pod !== pod.pod && Object.values(other.addresses).includes(address));
  const owner = ownerOf(address, claims);
  return [
    ...(twin ? [`${address} is also ${twin.pod}'s`] : []),
    ...(owner === pod.node ? [] : [`${address} belongs to ${owner ?? "nobody"}, not to ${pod.node}`]),
  ];
}

/** The node whose longest claim covers the address, or undefined. */
function ownerOf(text: string, claims: readonly ClaimSeen[]): string | undefined {
  const address = parseAddress(text);
  const covering = claims.flatMap((claim) => {
    const prefix = parsePrefix(claim.prefix);
    return address && prefix && covers(prefix, address) ? [{ node: claim.node, length: prefix.length }] : [];
  });
  return covering.sort((x, y) => y.length - x.length)[0]?.node;
}
