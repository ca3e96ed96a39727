import { clusterOf } from "./cluster.ts";
import { CliError } from "./error.ts";
import { checkText } from "./ipam/check-text.ts";
import { type Findings, findingsIn } from "./ipam/findings.ts";
import { Fixer, look } from "./ipam/fix.ts";
import type { AskNode } from "./ipam/proof.ts";
import { reportOf } from "./ipam/report.ts";
import type { Survey } from "./ipam/survey.ts";
import { askNode, NoAnswer } from "./remote-status.ts";
import { indentedJson, type SaidForm, say } from "./said.ts";
import { type Session, type StoreOptions, withStore } from "./session.ts";
import type { Shell } from "./shell.ts";

/** What `ipam check` can be told. */
export interface IpamCheckOptions extends StoreOptions {
  /** A form for standard output, or the name of a file for the report. */
  readonly output?: string;
  readonly showAllIps?: boolean;
  readonly fix?: boolean;
}

/** How long a node may take to say what it routes, seconds. */
const askSeconds = 20;

function formOf(output: string | undefined): { readonly form: SaidForm; readonly file: string | undefined } {
  const form = (["ps", "json", "yaml"] as const).find((each) => each === output);
  return { form: form ?? "ps", file: form ? undefined : output };
}

function asker(shell: Shell, session: Session): AskNode {
  return async (node) => {
    try {
      return await askNode(shell, session, node, askSeconds);
    } catch (error) {
      if (error instanceof NoAnswer) return undefined;
      throw error;
    }
  };
}

/**
 * `manxctl ipam check`: what does not fit between blocks, handles, affinities, pools, endpoints and nodes, all at one revision.
 * Changes nothing without `--fix`. @throws CliError when there are problems
 */
export async function ipamCheck(shell: Shell, options: IpamCheckOptions): Promise<void> {
  const { form, file } = formOf(options.output);
  await withStore(shell, options, async (session) => {
    let survey = await look(session);
    let findings = findingsIn(survey);
    const show = async (one: Survey, found: Findings): Promise<void> => {
      const revision = (await clusterOf(session))?.metadata.resourceVersion ?? "";
      const report = reportOf(one, found, shell.version, revision);
      if (file !== undefined) await shell.write(file, indentedJson(report));
      say(shell, form, report, () => checkText(one, found, options.showAllIps ?? false));
    };
    if (!options.fix) await show(survey, findings);
    else {
      const before = findings.problems;
      if (form !== "ps") throw new CliError("--fix says what it does in words; --output FILE keeps a report beside it");
      await show(survey, findings);
      shell.print("Repairing what is proved dead...\n");
      await new Fixer(shell, session, asker(shell, session)).fix(survey, findings);
      survey = await look(session);
      findings = findingsIn(survey);
      shell.print(`Repaired; found ${before} problems before and ${findings.problems} now.\n`);
    }
    const text = `Check complete; found ${findings.problems} problems.`;
    if (findings.problems > 0) throw new CliError(text);
    if (form === "ps") shell.print(`${text}\n`);
  });
}
