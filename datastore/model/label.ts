import * as z from "zod";
import { isName } from "./name.ts";

const labelName = /^[a-zA-Z0-9]([-a-zA-Z0-9_.]*[a-zA-Z0-9])?$/;

/** Whether a text can be the key of a label: `name` or `dns.prefix/name`, the name at most 63 (Kubernetes' rule). */
export function isLabelKey(text: string): boolean {
  const slash = text.indexOf("/");
  const name = text.slice(slash + 1);
  return name.length <= 63 && labelName.test(name) && (slash < 0 || isName(text.slice(0, slash)));
}

/** Whether a text can be the value of a label: empty, or at most 63 of letters, digits, `-`, `_` and `.`. */
export function isLabelValue(text: string): boolean {
  return text === "" || (text.length <= 63 && labelName.test(text));
}

/** Labels of a resource. Only the keys' and values' spelling is checked; there may be any number of them. */
export const labelsSchema = z.record(
  z.string().refine(isLabelKey, "a label's key is 'name' or 'dns.prefix/name', the name at most 63 characters"),
  z.string().refine(isLabelValue, "a label's value is empty or at most 63 of letters, digits, '-', '_' and '.'"),
);

/** Octets that all keys and values of an object's annotations may take together (Kubernetes: 256 KiB). */
export const annotationsLimit = 256 * 1024;

/** Annotations: any text, 256 KiB together; where our private data goes. */
export const annotationsSchema = z
  .record(z.string(), z.string())
  .refine(
    (all) => Object.entries(all).reduce((sum, [key, value]) => sum + key.length + value.length, 0) <= annotationsLimit,
    "annotations may take 256 KiB together",
  );
