import { type InputOptions, resourcesOf } from "./input.ts";
import { summary, verbs } from "./report.ts";
import type { Shell } from "./shell.ts";

/** `manxctl validate -f FILE`: says what is wrong with the input, without any store. */
export async function validateInput(shell: Shell, options: InputOptions): Promise<void> {
  const resources = (await resourcesOf(shell, options)).map(({ resource }) => resource);
  shell.print(
    summary(
      verbs.validate,
      resources,
      resources.map(() => undefined),
    ),
  );
}
