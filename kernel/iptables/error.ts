import { ManxError } from "../../lib/error.ts";

/** What the caller wanted cannot be said in iptables-restore's language: a name too long, a line break in a rule. */
export class InvalidTable extends ManxError<
  "kernel/iptables-invalid",
  { readonly object: string; readonly value: string }
> {
  constructor(object: string, value: string, right: string) {
    super("kernel/iptables-invalid", `iptables ${object}: ${JSON.stringify(value)} should be ${right}`, {
      object,
      value,
    });
  }
}
