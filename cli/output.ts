import type { Kind } from "../datastore/model/resource.ts";
import { apiVersion, kinds } from "../datastore/model/resource.ts";
import type { Resource } from "../datastore/model/schemas.ts";
import { type TableContext, tableRows } from "./columns.ts";
import { CliError } from "./error.ts";
import { tabTable } from "./tab-table.ts";
import { writeYaml } from "./yaml.ts";

/** How `get` prints. */
export type OutputForm = "ps" | "wide" | "yaml" | "json" | "name";

const forms: readonly OutputForm[] = ["ps", "wide", "yaml", "json", "name"];

/** The form a word means. @throws CliError */
export function outputForm(word: string): OutputForm {
  const form = forms.find((each) => each === word);
  if (!form) throw new CliError(`unrecognized output format '${word}'; one of ${forms.join(", ")} would be right`);
  return form;
}

/** What was got of one kind: a single object asked for by its name, or a list. */
export interface Gotten {
  readonly kind: Kind;
  readonly resources: readonly Resource[];
  /** The revision of the whole list, or undefined for objects asked for by name. */
  readonly listedAt: number | undefined;
}

/** Objects by name stand alone; a list is a `…List` with items, as calicoctl prints it. */
function asObjects(gotten: readonly Gotten[]): unknown {
  const all = gotten.flatMap(({ kind, resources, listedAt }): unknown[] => {
    if (listedAt === undefined) return [...resources];
    const metadata = { resourceVersion: String(listedAt) };
    return [{ kind: `${kind}List`, apiVersion, metadata, items: resources }];
  });
  return all.length === 1 ? all[0] : all;
}

function nameLines({ kind, resources }: Gotten): string {
  const prefix = `${kinds[kind].plural}/`;
  return resources.map(({ metadata }) => `${prefix}${metadata.name}\n`).join("");
}

/** Everything got, as text in one of the forms; each table is followed by an empty line. */
export function formatGotten(
  gotten: readonly Gotten[],
  form: OutputForm,
  namespaces: boolean,
  context: TableContext,
): string {
  if (form === "yaml") return writeYaml(asObjects(gotten));
  if (form === "json") return `${JSON.stringify(asObjects(gotten), null, 2)}\n`;
  if (form === "name") return gotten.map(nameLines).join("");
  const tables = gotten.map(({ kind, resources }) => {
    const shape = { wide: form === "wide", namespaces: namespaces && kinds[kind].namespaced };
    return `${tabTable(tableRows(kind, resources, shape, context))}\n`;
  });
  return tables.join("");
}
