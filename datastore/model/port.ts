import * as z from "zod";

/** A port as a rule spells it: a number, `first:last`, or the name of a port that endpoints declare. */
export type Port = number | string;

/** What a port of a rule stands for. */
export type PortMeaning =
  | { readonly kind: "range"; readonly first: number; readonly last: number }
  | { readonly kind: "named"; readonly name: string };

const range = /^([0-9]{1,5})(?::([0-9]{1,5}))?$/;
/** Calico numorstring: all digits are never a name. */
const portName = /^(?![0-9]+$)[a-zA-Z0-9_.-]{1,128}$/;

/** What a port stands for: a range of numbers (first ≤ last ≤ 65535), or a name; undefined when it is neither. */
export function portMeaning(port: Port): PortMeaning | undefined {
  if (typeof port === "number") {
    return Number.isInteger(port) && port >= 0 && port <= 65535
      ? { kind: "range", first: port, last: port }
      : undefined;
  }
  const numbers = range.exec(port);
  if (!numbers) return portName.test(port) ? { kind: "named", name: port } : undefined;
  const first = Number(numbers[1]);
  const last = numbers[2] === undefined ? first : Number(numbers[2]);
  return first <= last && last <= 65535 ? { kind: "range", first, last } : undefined;
}

/** A port of a rule. */
export const portSchema = z.union([
  z.int().min(0).max(65535),
  z
    .string()
    .refine(
      (text) => portMeaning(text) !== undefined,
      "a port 0 to 65535, a range 'first:last' or a port's name is wanted",
    ),
]);
