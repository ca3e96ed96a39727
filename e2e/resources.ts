import { readFileSync } from "node:fs";

/** The text of one of the demo's resource files. */
export function demoResource(name: "bgp" | "pools" | "namespaces" | "deny" | "allow"): string {
  return readFileSync(new URL(`demo/resources/${name}.yaml`, import.meta.url), "utf8");
}

/** The profile that a Kubernetes namespace becomes: all may come in and go out while no policy says otherwise. */
export function namespaceProfile(name: string): string {
  return `apiVersion: projectcalico.org/v3
kind: Profile
metadata:
  name: kns.${name}
spec:
  labelsToApply:
    pcns.projectcalico.org/name: ${name}
  ingress:
    - action: Allow
  egress:
    - action: Allow
`;
}

/** An IPPool without encapsulation or translation. */
export function pool(name: string, cidr: string, blockSize: number): string {
  return `apiVersion: projectcalico.org/v3
kind: IPPool
metadata:
  name: ${name}
spec:
  cidr: ${cidr}
  blockSize: ${blockSize}
  ipipMode: Never
  vxlanMode: Never
  natOutgoing: false
  nodeSelector: all()
`;
}

/** Texts as one text of several documents. */
export function documents(...texts: readonly string[]): string {
  return texts.map((text) => text.trimEnd()).join("\n---\n");
}
