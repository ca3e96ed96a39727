import type { MessageWriter } from "../../netlink/message-writer.ts";
import type { Verdict } from "../expression.ts";
import type { Octets } from "../octets.ts";
import { verdictCode, writeVerdictData } from "./verdict.ts";
import { ExpressionKind, NFT_REG_VERDICT, Phrasebook, writeValue } from "./write-expression.ts";

const kind = new ExpressionKind("immediate");
const verdicts = new Phrasebook();

const NFTA_IMMEDIATE_DREG = 1;
const NFTA_IMMEDIATE_DATA = 2;

/** Puts a constant into a register. */
export function writeImmediate(w: MessageWriter, register: number, value: Octets): void {
  kind.write(w, () => {
    w.attrBe32(NFTA_IMMEDIATE_DREG, register);
    writeValue(w, NFTA_IMMEDIATE_DATA, value);
  });
}

/** Gives the packet a verdict. */
export function writeVerdict(w: MessageWriter, verdict: Verdict): void {
  const write = (to: MessageWriter): void =>
    kind.write(to, () => {
      to.attrBe32(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
      writeVerdictData(to, NFTA_IMMEDIATE_DATA, verdict);
    });
  if ("chain" in verdict) write(w);
  else verdicts.write(w, verdictCode[verdict.kind], write);
}
