import type { BgpExplainAnswer } from "../../agent/api/bgp.ts";
import { parsePrefix } from "../../net/prefix.ts";
import { CliError } from "../error.ts";
import type { Shell } from "../shell.ts";
import { writeYaml } from "../yaml.ts";
import { aligned } from "./aligned.ts";
import { type AskOptions, askBgp, formOf } from "./ask.ts";
import { routeCells, routeColumns } from "./route-text.ts";
import { counted } from "./words.ts";

type Candidate = BgpExplainAnswer["candidates"][number];

/** What became of a path: chosen, used too, or where it fell. */
function fate(candidate: Candidate): string {
  const { isBest, isUsed, step, rfc, lostTo } = candidate;
  if (isBest) return "best path";
  if (lostTo === "") return `no candidate: ${rfc}`;
  const lost = `lost to ${lostTo} by ${step} (${rfc})`;
  return isUsed ? `as good as the best one, used too; ${lost}` : lost;
}

function paths(candidates: readonly Candidate[]): string {
  const columns = [routeColumns[0]!, ...routeColumns.slice(2, 8)];
  const rows = candidates.map(({ route }) => {
    const cells = routeCells(route);
    return [cells[0]!, ...cells.slice(2, 8)];
  });
  const [heading, ...lines] = aligned(columns, rows).trimEnd().split("\n");
  const told = lines.map((line, i) => {
    const candidate = candidates[i]!;
    const notes = routeCells({ ...candidate.route, why: "" })[8]!;
    return `${line}\n     ${fate(candidate)}\n${notes === "" ? "" : `     ${notes}\n`}`;
  });
  return `${heading}\n${told.join("")}`;
}

/** Why things are as they are, for people. */
export function explainText(asked: string, answer: BgpExplainAnswer): string {
  const { prefix, candidates, advertisements } = answer;
  if (candidates.length === 0) return `No route for ${asked}.\n`;
  const covers = prefix === asked ? "" : ` is the most specific route for ${asked}`;
  const head = `${prefix}${covers}: ${counted(candidates.length, "path")}\n\n${paths(candidates)}`;
  if (advertisements.length === 0) return `${head}\nNo session carries this family, so nobody is told.\n`;
  const rows = advertisements.map(({ peer, isAdvertised, why }) => [peer, isAdvertised ? "yes" : "no", why]);
  return `${head}\n${aligned([{ heading: "PEER" }, { heading: "TOLD" }, { heading: "WHY NOT" }], rows)}`;
}

/** `manxctl bgp explain PREFIX`. */
export async function bgpExplain(shell: Shell, prefix: string, options: AskOptions): Promise<void> {
  const form = formOf(options, ["ps", "yaml", "json"]);
  if (!parsePrefix(prefix)) throw new CliError(`'${prefix}' is neither a prefix nor an address`);
  const answer = await askBgp<BgpExplainAnswer>(shell, { do: "bgp.explain", prefix }, options);
  if (form === "json") shell.print(`${JSON.stringify(answer, null, 2)}\n`);
  else shell.print(form === "yaml" ? writeYaml(answer) : explainText(prefix, answer));
}
