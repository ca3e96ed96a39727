import type { BgpRoute, BgpRoutesAnswer, BgpRoutesRequest } from "../../agent/api/bgp.ts";
import { comparePrefixes, parsePrefix } from "../../net/prefix.ts";
import { CliError } from "../error.ts";
import type { Shell } from "../shell.ts";
import { writeYaml } from "../yaml.ts";
import { aligned, alignedRow, widthsOf } from "./aligned.ts";
import { type AskOptions, askBgp, formOf } from "./ask.ts";
import { routeCells, routeColumns } from "./route-text.ts";
import { counted } from "./words.ts";

/** What `bgp routes` can be told. */
export interface RoutesOptions extends AskOptions {
  readonly peer?: string;
  readonly received?: boolean;
  readonly advertised?: boolean;
  readonly all?: boolean;
  readonly family?: string;
  readonly limit?: string;
}

/** So many routes are gathered, sorted and aligned; more are printed in the order of the table as they come. */
const sortLimit = 10_000;

/** The request that the words and flags make. @throws CliError */
export function routesRequest(prefix: string | undefined, options: RoutesOptions): BgpRoutesRequest {
  const { peer, received, advertised, all, family } = options;
  if ([received, advertised, all].filter(Boolean).length > 1)
    throw new CliError("--received, --advertised and --all are three different tables; one of them would be right");
  if (advertised && peer === undefined) throw new CliError("--advertised needs --peer: who was told?");
  if (family !== undefined && family !== "ipv4" && family !== "ipv6")
    throw new CliError(`--family ${family}: ipv4 or ipv6 would be right`);
  if (prefix !== undefined && !parsePrefix(prefix))
    throw new CliError(`'${prefix}' is neither a prefix nor an address`);
  const view = received ? "received" : advertised ? "advertised" : all || prefix !== undefined ? "all" : "best";
  return {
    do: "bgp.routes",
    view: view === "best" && peer !== undefined ? "all" : view,
    ...(family !== undefined && { family }),
    ...(prefix !== undefined && { prefix }),
    ...(peer !== undefined && { peer }),
  };
}

function limitOf({ limit }: RoutesOptions): number {
  if (limit === undefined) return Number.POSITIVE_INFINITY;
  if (!/^[1-9][0-9]{0,9}$/.test(limit)) throw new CliError(`--limit ${limit}: a number of routes would be right`);
  return Number(limit);
}

/** The routes page by page, `limit` at most. */
async function* pages(
  shell: Shell,
  request: BgpRoutesRequest,
  options: RoutesOptions,
): AsyncGenerator<readonly BgpRoute[]> {
  let left = limitOf(options);
  let cursor: string | undefined;
  do {
    const wanted = { ...request, limit: Math.min(left, 1000), ...(cursor !== undefined && { cursor }) };
    const page = await askBgp<BgpRoutesAnswer>(shell, wanted, options);
    yield page.routes;
    left -= page.routes.length;
    cursor = page.next;
  } while (cursor !== undefined && left > 0);
}

function sorted(routes: readonly BgpRoute[]): BgpRoute[] {
  const keyed = routes.map((route, i) => ({ route, prefix: parsePrefix(route.prefix)!, i }));
  const byFamily = (x: string, y: string): number => (x === y ? 0 : x < y ? -1 : 1);
  keyed.sort((x, y) => byFamily(x.prefix.family, y.prefix.family) || comparePrefixes(x.prefix, y.prefix) || x.i - y.i);
  return keyed.map(({ route }) => route);
}

/** A table as it comes: sorted when it is small, else in the order in which the speaker has it. */
async function printTable(shell: Shell, all: AsyncGenerator<readonly BgpRoute[]>): Promise<void> {
  let gathered: BgpRoute[] | undefined = [];
  let widths: number[] = [];
  let count = 0;
  const stream = (routes: readonly BgpRoute[]): void => {
    shell.print(routes.map((route) => alignedRow(routeColumns, widths, routeCells(route))).join(""));
  };
  for await (const page of all) {
    count += page.length;
    gathered?.push(...page);
    if (gathered && gathered.length <= sortLimit) continue;
    if (gathered) {
      widths = widthsOf(routeColumns, gathered.map(routeCells));
      shell.print(
        alignedRow(
          routeColumns,
          widths,
          routeColumns.map(({ heading }) => heading),
        ),
      );
      stream(gathered);
      gathered = undefined;
    } else stream(page);
  }
  if (gathered?.length) shell.print(aligned(routeColumns, sorted(gathered).map(routeCells)));
  if (count > 1) shell.print(`\n${counted(count, "route")}\n`);
}

/** `manxctl bgp routes [PREFIX]`: a table of any size, never held whole by anybody. */
export async function bgpRoutes(shell: Shell, prefix: string | undefined, options: RoutesOptions): Promise<void> {
  const form = formOf(options, ["ps", "yaml", "json"]);
  const request = routesRequest(prefix, options);
  let count = 0;
  const seen = async function* (): AsyncGenerator<readonly BgpRoute[]> {
    for await (const page of pages(shell, request, options)) {
      count += page.length;
      yield page;
    }
  };
  if (form === "ps") await printTable(shell, seen());
  else if (form === "json") await printJson(shell, seen());
  else for await (const page of seen()) if (page.length > 0) shell.print(writeYaml(page));
  if (count === 0 && form === "yaml") shell.print("[]\n");
  if (count > 0 || form !== "ps") return;
  shell.print(prefix === undefined ? "No routes.\n" : `No route for ${prefix}.\n`);
}

/** One JSON array, a route a line. */
async function printJson(shell: Shell, all: AsyncGenerator<readonly BgpRoute[]>): Promise<void> {
  let before = "[";
  for await (const page of all) {
    if (page.length === 0) continue;
    shell.print(`${before}\n${page.map((route) => JSON.stringify(route)).join(",\n")}`);
    before = ",";
  }
  shell.print(before === "[" ? "[]\n" : "\n]\n");
}
