import { ManxError } from "../../lib/error.ts";

/** What the caller wanted cannot be said in ipset: a name too long, an address of the wrong family, no member of that type. */
export class InvalidIpset extends ManxError<
  "kernel/ipset-invalid",
  { readonly object: string; readonly value: string }
> {
  constructor(object: string, value: string, right: string) {
    super("kernel/ipset-invalid", `ipset ${object}: ${JSON.stringify(value)} should be ${right}`, { object, value });
  }
}
