import { type Kind, kindNames } from "../datastore/model/resource.ts";
import { CliError } from "./error.ts";
import { kindOf } from "./kind.ts";
import type { Shell } from "./shell.ts";

/** What `schema` can be told. */
export interface SchemaOptions {
  readonly all?: boolean;
  /** json, yaml or crd. */
  readonly output: string;
}

/** `manxctl schema KIND|--all`: the form of a kind, for editors and people, or as a CustomResourceDefinition. */
export async function schema(shell: Shell, word: string | undefined, options: SchemaOptions): Promise<void> {
  if (!word && !options.all) throw new CliError("failed to execute command: a kind is wanted, or --all");
  const chosen: readonly Kind[] = options.all ? kindNames : [kindOf(word!)];
  const [{ writeYaml }, { jsonSchemaOf }, { crdOf }] = await Promise.all([
    import("./yaml.ts"),
    import("../datastore/schema/json-schema.ts"),
    import("../datastore/schema/crd.ts"),
  ]);
  switch (options.output) {
    case "crd":
      return shell.print(chosen.map((kind) => writeYaml(crdOf(kind))).join("---\n"));
    case "yaml":
      return shell.print(chosen.map((kind) => writeYaml(jsonSchemaOf(kind))).join("---\n"));
    case "json": {
      const all = Object.fromEntries(chosen.map((kind) => [kind, jsonSchemaOf(kind)]));
      return shell.print(`${JSON.stringify(options.all ? all : all[chosen[0]!], null, 2)}\n`);
    }
    default:
      throw new CliError(`failed to execute command: unknown output '${options.output}'; json, yaml or crd is wanted`);
  }
}
