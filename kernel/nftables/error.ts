import { ManxError } from "../../lib/error.ts";

/** What the caller wanted cannot be said in nftables: an address of the wrong family, a port beyond 65535, a name too long. */
export class InvalidRuleset extends ManxError<
  "kernel/nft-invalid",
  { readonly object: string; readonly value: string }
> {
  constructor(object: string, value: string, right: string) {
    super("kernel/nft-invalid", `nftables ${object}: ${JSON.stringify(value)} should be ${right}`, { object, value });
  }
}
