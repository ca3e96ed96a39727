import { unreachable } from "../../lib/error.ts";
import { InvalidRuleset } from "./error.ts";
import { writeBitwise } from "./expression/bitwise.ts";
import { writeCounter } from "./expression/counter.ts";
import { writeNotrack } from "./expression/ct.ts";
import { writeImmediate, writeVerdict } from "./expression/immediate.ts";
import { longestLogPrefix, writeLog } from "./expression/log.ts";
import { writeVerdictLookup } from "./expression/lookup.ts";
import { metaKey, writeMeta, writeMetaSet } from "./expression/meta.ts";
import { writeMasquerade, writeNat } from "./expression/nat.ts";
import { writeReject } from "./expression/reject.ts";
import { NFT_REG_1 } from "./expression/write-expression.ts";
import type { Statement } from "./expression.ts";
import { protocolOf } from "./lower-match.ts";
import { hostWord32 } from "./octets.ts";
import type { RuleContext } from "./rule-context.ts";

function setMark(to: RuleContext, keep: number, flip: number): void {
  if (keep >>> 0 === 0) writeImmediate(to.w, NFT_REG_1, hostWord32(flip));
  else {
    writeMeta(to.w, metaKey.mark);
    writeBitwise(to.w, hostWord32(keep), hostWord32(flip));
  }
  writeMetaSet(to.w, metaKey.mark);
}

function log(to: RuleContext, statement: Extract<Statement, { readonly kind: "log" }>): void {
  const { prefix } = statement;
  if (prefix.length > longestLogPrefix || !/^[ !#-~]*$/.test(prefix)) {
    throw new InvalidRuleset("log prefix", prefix, `at most ${longestLogPrefix} printable ASCII characters, no quotes`);
  }
  writeLog(to.w, prefix, statement.group, statement.snaplen);
}

/** Writes the expressions that do something to a packet. @throws InvalidRuleset */
export function lowerStatement(to: RuleContext, statement: Statement): void {
  switch (statement.kind) {
    case "counter":
      writeCounter(to.w);
      break;
    case "set mark":
      setMark(to, statement.keep, statement.flip);
      break;
    case "log":
      log(to, statement);
      break;
    case "reject":
      if (statement.with === "tcp reset") to.needProtocol(protocolOf.tcp, "reject with tcp reset");
      writeReject(to.w, to.family, statement.with);
      break;
    case "masquerade":
      writeMasquerade(to.w, statement);
      break;
    case "snat":
    case "dnat":
      to.needFamily(statement.to.family, statement.kind);
      writeNat(to.w, statement);
      break;
    case "notrack":
      writeNotrack(to.w);
      break;
    case "vmap":
      writeMeta(to.w, metaKey[statement.key]);
      writeVerdictLookup(to.w, statement.map);
      break;
    case "accept":
    case "drop":
    case "return":
    case "continue":
    case "jump":
    case "goto":
      writeVerdict(to.w, statement);
      break;
    default:
      unreachable(statement);
  }
}
