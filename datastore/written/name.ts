import { isName, nameWant } from "../model/name.ts";
import type { Complain } from "./fault.ts";

const portName = /^(?=.{1,15}$)(?=.*[a-z])(?!.*--)[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/** Complains of what names another object and cannot be a name. */
export function checkNames(
  names: readonly (string | undefined)[],
  path: readonly PropertyKey[],
  complain: Complain,
): void {
  for (const [i, name] of names.entries()) {
    if (name !== undefined && !isName(name)) complain([...path, i], `no name: ${nameWant}`);
  }
}

/** Complains of a port's name that Kubernetes would not take (IsValidPortName). */
export function checkPortName(name: string, path: readonly PropertyKey[], complain: Complain): void {
  if (portName.test(name)) return;
  complain(path, "1 to 15 of lower case letters, digits and single '-' inside, one letter at least, are wanted");
}
