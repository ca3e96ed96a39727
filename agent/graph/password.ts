import type { BGPPeer } from "../../datastore/model/bgp-peer.ts";
import { type Secret, secretPath } from "../secrets/secret.ts";
import type { BgpSettings } from "./bgp-settings.ts";

/** Calico's way to name a password. */
export type PasswordRef = NonNullable<BGPPeer["spec"]["password"]>;

/** What a session is to be protected with: a key, nothing, or, when `problem` is not empty, no session at all. */
export interface Password {
  readonly key: string | undefined;
  /** Why there is no key although one is asked for; empty when all is well. */
  readonly problem: string;
}

/** No TCP MD5. */
export const noPassword: Password = { key: undefined, problem: "" };

/** The key that a reference stands for. A session without its key is not begun: nobody meant it to be unprotected. */
export function passwordOf(ref: PasswordRef | undefined, secrets: ReadonlyMap<string, Secret>): Password {
  const at = ref?.secretKeyRef;
  if (!at) return noPassword;
  const path = secretPath(at);
  if (path === undefined) {
    const problem = `password: '${at.name ?? ""}' and '${at.key}' are to be the names of a Secret and of a key in it`;
    return { key: undefined, problem };
  }
  const secret = secrets.get(path);
  if (secret?.kind === "text") return { key: secret.text, problem: "" };
  if (at.optional && secret?.kind !== "bad") return noPassword;
  return { key: undefined, problem: `password: ${secret?.why ?? `${path} has not been read yet`}` };
}

/** The files, `name/key`, that passwords of these peerings and of the mesh are kept in. */
export function passwordFiles(peerings: Iterable<BGPPeer>, settings: BgpSettings): ReadonlySet<string> {
  const refs = [settings.nodeMeshPassword, ...Array.from(peerings, ({ spec }) => spec.password)];
  return new Set(refs.flatMap((ref) => (ref?.secretKeyRef && secretPath(ref.secretKeyRef)) ?? []));
}
