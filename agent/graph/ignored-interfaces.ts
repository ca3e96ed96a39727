/** Interfaces that Calico's BIRD never takes routes from, beside those of workloads. */
const always = ["kube-ipvs*"];

/**
 * Whether networks on an interface are not to lead to next hops: those of `ignoredInterfaces`, where `*` stands for any text,
 * and Calico's own. Source: Calico confd, bird.cfg.template (protocol direct).
 */
export function isIgnoredInterface(patterns: readonly string[], name: string): boolean {
  return [...always, ...patterns].some((pattern) => matchesPattern(pattern, name));
}

function matchesPattern(pattern: string, name: string): boolean {
  const [head = "", ...parts] = pattern.split("*");
  if (parts.length === 0) return name === pattern;
  const tail = parts.pop()!;
  if (!name.startsWith(head) || !name.endsWith(tail) || name.length < head.length + tail.length) return false;
  let rest = name.slice(head.length, name.length - tail.length);
  for (const part of parts) {
    const at = rest.indexOf(part);
    if (at < 0) return false;
    rest = rest.slice(at + part.length);
  }
  return true;
}
