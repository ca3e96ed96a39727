import type { Kind } from "../datastore/model/resource.ts";
import { apiVersion, kinds } from "../datastore/model/resource.ts";
import type { Resource } from "../datastore/model/schemas.ts";
import { type TableContext, tableRows } from "./columns.ts";
import { CliError } from "./error.ts";
import { tabTable } from "./tab-table.ts";
import { renderTemplate } from "./template/render.ts";
import { writeYaml } from "./yaml.ts";

/** How `get` prints; a word, or a word with what stands behind its `=`. */
export type OutputForm =
  | { readonly kind: "ps" | "wide" | "yaml" | "json" | "name" }
  | { readonly kind: "custom-columns"; readonly columns: readonly string[] }
  | { readonly kind: "go-template" | "go-template-file"; readonly text: string };

const plainForms = ["ps", "wide", "yaml", "json", "name"] as const;
const valuedForms = ["custom-columns", "go-template", "go-template-file"] as const;

/** The form a word means. @throws CliError */
export function outputForm(word: string): OutputForm {
  const plain = plainForms.find((each) => each === word);
  if (plain) return { kind: plain };
  const kind = valuedForms.find((each) => word === each || word.startsWith(`${each}=`));
  const forms = [...plainForms, ...valuedForms.map((each) => `${each}=…`)].join(", ");
  if (!kind) throw new CliError(`unrecognized output format '${word}'; one of ${forms} would be right`);
  const text = word.slice(kind.length + 1);
  if (text === "") throw new CliError(`-o ${kind} is empty; ${kind}=… would be right`);
  if (kind !== "custom-columns") return { kind, text };
  return { kind, columns: text.split(",").map((column) => column.trim()) };
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

/** What `.` is in a template: a list of lists, each with its items, as in calicoctl. */
function templateValue(gotten: readonly Gotten[]): unknown {
  return gotten.map(({ kind, resources }) => ({ kind: `${kind}List`, apiVersion, items: resources }));
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
  if (form.kind === "yaml") return writeYaml(asObjects(gotten));
  if (form.kind === "json") return `${JSON.stringify(asObjects(gotten), null, 2)}\n`;
  if (form.kind === "name") return gotten.map(nameLines).join("");
  if (form.kind === "go-template" || form.kind === "go-template-file") {
    return renderTemplate(form.text, templateValue(gotten), context);
  }
  const tables = gotten.map(({ kind, resources }) => {
    const chosen = form.kind === "custom-columns" ? form.columns : undefined;
    const isSpaced = namespaces && kinds[kind].namespaced && !chosen;
    const shape = { wide: form.kind === "wide", namespaces: isSpaced, ...(chosen && { chosen }) };
    return `${tabTable(tableRows(kind, resources, shape, context))}\n`;
  });
  return tables.join("");
}
