/** How `manx speaker` is called. */
export const speakerUsage = `usage: manx speaker --config FILE [--plan RUNNING]
  runs the speaker that FILE describes; SIGHUP reads FILE again and does what differs
  --plan RUNNING  only prints what FILE would change in a speaker that runs with RUNNING`;

/** What a command line asks for. */
export interface SpeakerArguments {
  readonly config: string;
  /** Only say what would change in a speaker that runs with this file. */
  readonly plan: string | undefined;
}

/** Reads a command line, options in any order; undefined when it is not one of `manx speaker`. */
export function speakerArguments(argv: readonly string[]): SpeakerArguments | undefined {
  const given = new Map<string, string>();
  for (let i = 0; i < argv.length; i += 2) {
    const [name, value] = [argv[i]!, argv[i + 1]];
    if ((name !== "--config" && name !== "--plan") || value === undefined || given.has(name)) return undefined;
    given.set(name, value);
  }
  const config = given.get("--config");
  return config === undefined ? undefined : { config, plan: given.get("--plan") };
}
