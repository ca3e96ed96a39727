import type { Reading } from "./field.ts";

/** Which interfaces are left alone: names, and regular expressions between slashes. */
export type InterfaceExclusion = readonly string[];

function patternOf(word: string): string | undefined {
  return /^\/(.{1,200})\/$/.exec(word)?.[1];
}

function isTerm(word: string): boolean {
  const pattern = patternOf(word);
  if (pattern === undefined) return /^[^\s/]{1,15}$/.test(word);
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return false;
  }
}

/** Names, and regular expressions between slashes, with commas. Source: Calico felix/config (InterfaceExclude). */
export const interfaceExclusion: Reading<InterfaceExclusion> = {
  read: (value) => {
    const words = value.split(",").flatMap((word) => word.trim() || []);
    return words.every(isTerm) ? words : undefined;
  },
  want: "names of interfaces, and regular expressions between slashes, with commas, such as kube-ipvs0,/^docker/",
};

/** Whether the exclusion names the interface. */
export function isExcluded(exclusion: InterfaceExclusion, name: string): boolean {
  return exclusion.some((word) => {
    const pattern = patternOf(word);
    return pattern === undefined ? word === name : new RegExp(pattern).test(name);
  });
}
