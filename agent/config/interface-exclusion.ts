import type { Reading } from "./field.ts";

/** Whether an interface of this name is left alone. */
export type InterfaceExclusion = readonly (string | RegExp)[];

function term(word: string): string | RegExp | undefined {
  const pattern = /^\/(.{1,200})\/$/.exec(word)?.[1];
  if (pattern === undefined) return /^[^\s/]{1,15}$/.test(word) ? word : undefined;
  try {
    return new RegExp(pattern);
  } catch {
    return undefined;
  }
}

/** Names, and regular expressions between slashes, with commas. Source: Calico felix/config (InterfaceExclude). */
export const interfaceExclusion: Reading<InterfaceExclusion> = {
  read: (value) => {
    const words = value.split(",").flatMap((word) => word.trim() || []);
    const terms = words.flatMap((word) => term(word) ?? []);
    return terms.length === words.length ? terms : undefined;
  },
  want: "names of interfaces, and regular expressions between slashes, with commas, such as kube-ipvs0,/^docker/",
};

/** Whether the exclusion names the interface. */
export function isExcluded(exclusion: InterfaceExclusion, name: string): boolean {
  return exclusion.some((one) => (typeof one === "string" ? one === name : one.test(name)));
}
