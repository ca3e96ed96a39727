import * as z from "zod";

const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const subdomain = new RegExp(`^${label}(\\.${label})*$`);
const oneLabel = new RegExp(`^${label}$`);
const containerId = /^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/;
const device = /^[a-zA-Z0-9_.-]{1,15}$/;

/** Whether a text is a DNS-1123 subdomain of at most 253 characters, as the name of nearly every resource must be. */
export function isName(text: string): boolean {
  return text.length <= 253 && subdomain.test(text);
}

/** Whether a text is one DNS-1123 label of at most 63 characters: a namespace, a tier. */
export function isLabelName(text: string): boolean {
  return text.length <= 63 && oneLabel.test(text);
}

/** Whether a text can name a network device: 1 to 15 of letters, digits, `_`, `.` and `-` (Calico validator/v3). */
export function isInterfaceName(text: string): boolean {
  return device.test(text);
}

/** Whether a text is a container id as Calico takes it: letters and digits, `-` inside only. */
export function isContainerId(text: string): boolean {
  return text.length <= 253 && containerId.test(text);
}

/** What a name must look like, as the end of a sentence for whoever wrote another one. */
export const nameWant =
  "lower case letters, digits, '-' and '.', starting and ending with a letter or digit, at most 253";

/** The name of a resource: a DNS-1123 subdomain. */
export const nameSchema = z.string().refine(isName, nameWant);

/** A namespace: one DNS-1123 label. */
export const namespaceSchema = z
  .string()
  .refine(isLabelName, "lower case letters, digits and '-', starting and ending with a letter or digit, at most 63");

/** A network device's name. */
export const interfaceNameSchema = z
  .string()
  .refine(isInterfaceName, "1 to 15 of letters, digits, '_', '.' and '-' make an interface name");

/** A container's id. */
export const containerIdSchema = z.string().refine(isContainerId, "letters and digits, '-' only inside, at most 253");
