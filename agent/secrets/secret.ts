/** What is known of a secret: its text, which is never logged nor shown, or why there is none. */
export type Secret =
  | { readonly kind: "text"; readonly text: string }
  /** `missing`: there is no such file; `bad`: it is there and no key for TCP MD5. */
  | { readonly kind: "missing" | "bad"; readonly why: string };

/** Longest key that the kernel takes for TCP MD5, octets (linux/tcp.h TCP_MD5SIG_MAXKEYLEN). */
export const longestKey = 80;

/** Where a secret is said to be: Calico's `secretKeyRef`. */
export interface SecretRef {
  readonly name?: string;
  readonly key: string;
  /** Without it there is no password, and that is meant so. */
  readonly optional?: boolean;
}

/** What Kubernetes lets a Secret and its keys be called; neither leads out of the folder. */
const wellNamed = /^(?!\.\.?$|\.\.)[-._A-Za-z0-9]{1,253}$/;

/** The file of a secret below the secrets' folder, `name/key`, or undefined when a part of it cannot be a name. */
export function secretPath({ name = "", key }: SecretRef): string | undefined {
  return wellNamed.test(name) && wellNamed.test(key) ? `${name}/${key}` : undefined;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** What the octets of a secret's file mean. One line feed at the end is the editor's, not the key's. */
export function secretOf(octets: Uint8Array): Secret {
  let text: string;
  try {
    text = utf8.decode(octets).replace(/\r?\n$/, "");
  } catch {
    return { kind: "bad", why: "is no text (UTF-8)" };
  }
  const length = new TextEncoder().encode(text).length;
  if (length === 0) return { kind: "bad", why: "is empty" };
  if (length > longestKey) return { kind: "bad", why: `has ${length} octets, TCP MD5 takes ${longestKey}` };
  if (text.includes("\0")) return { kind: "bad", why: "has a zero octet in it" };
  return { kind: "text", text };
}

/** Whether two are the same, so that nothing needs to be done. */
export function sameSecret(x: Secret | undefined, y: Secret | undefined): boolean {
  if (x?.kind === "text" || y?.kind === "text") return x?.kind === y?.kind && textOf(x) === textOf(y);
  return x?.kind === y?.kind && x?.why === y?.why;
}

function textOf(secret: Secret | undefined): string {
  return secret?.kind === "text" ? secret.text : "";
}
