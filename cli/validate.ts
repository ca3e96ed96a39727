import { type InputOptions, resourcesOf } from "./input.ts";
import { summary, verbs } from "./report.ts";
import { type SaidOptions, saidForm, say } from "./said.ts";
import type { Shell } from "./shell.ts";

/** `manxctl validate -f FILE`: says what is wrong with the input, without any store. */
export async function validateInput(shell: Shell, options: InputOptions & SaidOptions): Promise<void> {
  const form = saidForm(options);
  const resources = (await resourcesOf(shell, options)).map(({ resource }) => resource);
  const counts = Map.groupBy(resources, ({ kind }) => kind);
  const kinds = Object.fromEntries([...counts].map(([kind, all]) => [kind, all.length]));
  say(shell, form, { validated: resources.length, kinds }, () =>
    summary(
      verbs.validate,
      resources,
      resources.map(() => undefined),
    ),
  );
}
