import type { Datastore } from "../scenario/topology.ts";

/** How the demo was asked to run. */
export interface Options {
  /** Show, check, tear down, end; else stay until Ctrl-C. */
  readonly once: boolean;
  readonly datastore: Datastore;
}

/** How to call the demo. */
export const usage = `npm run demo                          shows the cluster and stays until Ctrl-C
npm run demo -- --once                shows, checks, tears down; exit code 0 only when every check held
npm run demo -- --datastore etcd      on a real etcd instead of the embedded store`;

/** The options of a command line, or a sentence that says what is wrong with it. */
export function parseOptions(args: readonly string[]): Options | string {
  let options: Options = { once: false, datastore: "embedded" };
  for (let i = 0; i < args.length; i++) {
    const [name, inline] = args[i]!.split("=", 2);
    if (name === "--once" && inline === undefined) options = { ...options, once: true };
    else if (name === "--datastore") {
      const value = inline ?? args[++i];
      if (value !== "embedded" && value !== "etcd")
        return `--datastore ${value ?? ""}: embedded or etcd would be right`;
      options = { ...options, datastore: value };
    } else return `unknown argument ${args[i]}`;
  }
  return options;
}
