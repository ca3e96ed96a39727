import type { AttributeReader } from "../../netlink/attribute.ts";
import type { MessageWriter } from "../../netlink/message-writer.ts";
import type { Verdict } from "../expression.ts";

const NFTA_DATA_VERDICT = 2;
const NFTA_VERDICT_CODE = 1;
const NFTA_VERDICT_CHAIN = 2;

/** NF_DROP, NF_ACCEPT and enum nft_verdicts, as int32. */
export const verdictCode: { readonly [K in Verdict["kind"]]: number } = {
  drop: 0,
  accept: 1,
  continue: -1,
  jump: -3,
  goto: -4,
  return: -5,
};

const kinds = new Map(Object.entries(verdictCode).map(([kind, value]) => [value, kind as Verdict["kind"]]));

/** Writes a verdict as data in a nest of type `type`. */
export function writeVerdictData(w: MessageWriter, type: number, verdict: Verdict): void {
  w.nest(type, () => {
    w.nest(NFTA_DATA_VERDICT, () => {
      w.attrBe32(NFTA_VERDICT_CODE, verdictCode[verdict.kind]);
      if ("chain" in verdict) w.attrText(NFTA_VERDICT_CHAIN, verdict.chain);
    });
  });
}

/** The verdict in a data nest, or undefined when it is none that we know. */
export function readVerdictData(data: AttributeReader): Verdict | undefined {
  let kind: Verdict["kind"] | undefined;
  let chain = "";
  while (data.next()) {
    if (data.type !== NFTA_DATA_VERDICT) continue;
    const verdict = data.nested();
    while (verdict.next()) {
      if (verdict.type === NFTA_VERDICT_CODE) kind = kinds.get(verdict.be32() | 0);
      else if (verdict.type === NFTA_VERDICT_CHAIN) chain = verdict.text();
    }
  }
  if (kind === undefined) return undefined;
  return kind === "jump" || kind === "goto" ? { kind, chain } : { kind };
}

/** A verdict as nft prints it: `accept`, `goto cali-fw-x`. */
export function printVerdict(verdict: Verdict): string {
  return "chain" in verdict ? `${verdict.kind} ${verdict.chain}` : verdict.kind;
}
