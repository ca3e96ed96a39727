import { kindNames, kinds } from "../datastore/model/resource.ts";
import type { Resource } from "../datastore/model/schemas.ts";
import type { CheckSelector } from "../datastore/model/selector-text.ts";
import { poolOverlaps } from "../datastore/pool-overlap.ts";
import { validate } from "../datastore/validate.ts";
import { describeFault, parseSelector } from "../policy/selector/parse.ts";
import { BadInput, CliError, mistakeText } from "./error.ts";
import { unknownKindInFile } from "./kind.ts";
import type { Shell } from "./shell.ts";
import { type Document, readDocuments } from "./yaml.ts";

/** What says where objects come from. */
export interface InputOptions {
  readonly filename?: string;
  readonly recursive?: boolean;
  readonly skipEmpty?: boolean;
  readonly namespace?: string;
}

/** One valid object and where it stands. */
export interface Placed {
  readonly where: string;
  readonly resource: Resource;
}

/** What is wrong with a selector, in policy's words, or undefined. */
export const checkSelector: CheckSelector = (text) => {
  const parsed = parseSelector(text);
  return "fault" in parsed ? describeFault(parsed.fault) : undefined;
};

/** The objects of the files named by `-f`, unchecked. @throws CliError, BadInput */
export async function readInput(shell: Shell, options: InputOptions): Promise<readonly Document[]> {
  const { filename } = options;
  if (filename === undefined) throw new CliError("failed to execute command: -f, --filename FILE is wanted");
  const mistakes: string[] = [];
  const documents: Document[] = [];
  for (const file of filename === "-" ? ["-"] : await shell.files(filename, options.recursive ?? false)) {
    try {
      documents.push(...readDocuments(await shell.read(file), file));
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      mistakes.push(...error.facts.mistakes);
    }
  }
  if (mistakes.length > 0) throw new BadInput(mistakes);
  if (documents.length === 0 && !options.skipEmpty) {
    throw new CliError(`failed to execute command: no resources specified in ${filename}`);
  }
  return documents;
}

/** Fills in the namespace of a namespaced object: its own, else `-n`, else `default`; says when the two differ. */
function withNamespace(
  value: unknown,
  given: string | undefined,
): { readonly value: unknown; readonly fault?: string } {
  if (typeof value !== "object" || value === null) return { value };
  const { kind, metadata } = value as { kind?: unknown; metadata?: unknown };
  const known = kindNames.find((each) => each === kind);
  if (!known || !kinds[known].namespaced || typeof metadata !== "object" || metadata === null) return { value };
  const own = (metadata as { namespace?: unknown }).namespace;
  if (own !== undefined && own !== "" && given !== undefined && own !== given) {
    return { value, fault: `resource namespace does not match client namespace. ${String(own)} != ${given}` };
  }
  return { value: { ...value, metadata: { ...metadata, namespace: own || given || "default" } } };
}

function checkOne(document: Document, namespace: string | undefined): Placed | readonly string[] {
  const { where } = document;
  const { value, fault } = withNamespace(document.value, namespace);
  if (fault !== undefined) return [`${where}: ${fault}`];
  const kind = (value as { kind?: unknown } | null)?.kind;
  if (typeof kind === "string" && !kindNames.some((each) => each === kind)) {
    return [`${where}: ${unknownKindInFile(kind)}`];
  }
  const checked = validate(value, checkSelector);
  if (checked.ok) return { where, resource: checked.resource };
  return checked.problems.map((problem) => mistakeText(where, problem));
}

/** Every document checked; all mistakes of all of them at once, in the order of the input. @throws BadInput */
export function checkDocuments(documents: readonly Document[], namespace?: string): readonly Placed[] {
  const checked = documents.map((document) => checkOne(document, namespace));
  const placed = checked.filter((one): one is Placed => "resource" in one);
  const pools = placed.flatMap(({ resource }) => (resource.kind === "IPPool" ? [resource] : []));
  const mistakes = checked.flatMap((one) => {
    if (!("resource" in one)) return one;
    const { where, resource } = one;
    return resource.kind === "IPPool"
      ? poolOverlaps(resource, pools).map((problem) => mistakeText(where, problem))
      : [];
  });
  if (mistakes.length > 0) throw new BadInput(mistakes);
  return placed;
}

/** The valid objects of the input, all of them, or none. @throws CliError, BadInput */
export async function resourcesOf(shell: Shell, options: InputOptions): Promise<readonly Placed[]> {
  return checkDocuments(await readInput(shell, options), options.namespace);
}
