import type { Clock } from "../../lib/clock.ts";
import type { Tell } from "../../lib/fact.ts";
import type { IpsetFact } from "./fact.ts";
import type { IpsetPort } from "./port.ts";
import type { IpsetMember, IpsetSpec, Ipsets } from "./set.ts";

/** What a driver works with. */
export interface IpsetDriverOptions {
  readonly port: IpsetPort;
  readonly clock: Clock;
  readonly tell: Tell<IpsetFact>;
  /** Sets whose names begin so are ours: those that are not wanted go. Default: `cali40` and `cali60`. */
  readonly prefixes?: readonly string[];
}

/**
 * Keeps the kernel's sets as they are wanted: `want…`, `unwantSet` and `changeMembers` say what should be there, `commitMembers`
 * makes it so before the rules that look into the sets are written, `commitDeletes` takes away after them what is not wanted. What a foreign
 * hand changes is put back. Nothing that is not wanted goes before `allowDeletes`.
 */
export class IpsetDriver implements Ipsets {
  constructor(_options: IpsetDriverOptions) {}

  /** This set should be there. @throws InvalidIpset */
  wantSet(_spec: IpsetSpec): void {}

  /** No set of this name should be there. */
  unwantSet(_name: string): void {}

  /** @throws InvalidIpset when a text is no member of the set; then none of them is taken */
  changeMembers(_set: string, _add: Iterable<IpsetMember>, _remove: Iterable<IpsetMember> = []): void {}

  /** From now on sets that are ours and not wanted go. Members of wanted sets are always exactly those wanted. */
  allowDeletes(): void {}

  /** Wanted sets are made and hold what they should; resolves when they do, also after retries, or when what fails has been told. */
  async commitMembers(): Promise<void> {}

  /** Sets that are not wanted go. One that a rule still looks into is tried again later. Resolves after one attempt. */
  async commitDeletes(): Promise<void> {}

  /** Looks at the kernel at once, and puts right what differs. */
  async recheck(): Promise<void> {}

  /** Takes every set of ours out of the kernel, once no rule looks into them, and stops. */
  async removeAll(): Promise<void> {}

  /** Stops; the kernel keeps what it has. The port stays open. */
  close(): void {}
}
