import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RouterSpec, Topology } from "../scenario/topology.ts";
import { LabError } from "./error.ts";
import { bgpdConfig, zebraConfig } from "./frr-config.ts";
import type { Ground } from "./ground.ts";
import type { Processes } from "./processes.ts";
import { run, tryRun } from "./run.ts";
import { waitFor } from "./wait.ts";

/** Where Debian puts FRR's daemons. */
const daemons = "/usr/lib/frr";

/** FRR's zebra and bgpd in a router's namespace, with files of their own. */
export class Frr {
  readonly #netns: string;
  readonly #folder: string;

  /** Starts both daemons and waits until they answer. */
  static async start(router: RouterSpec, topology: Topology, ground: Ground, processes: Processes): Promise<Frr> {
    const folder = ground.folderOf(router.name);
    writeFileSync(join(folder, "zebra.conf"), zebraConfig(router));
    writeFileSync(join(folder, "bgpd.conf"), bgpdConfig(router, topology));
    await run("chown", ["-R", "frr:frr", folder]);
    const netns = ground.netns(router.name);
    for (const name of ["zebra", "bgpd"]) {
      const files = ["--vty_socket", folder, "-i", `${folder}/${name}.pid`, "-z", `${folder}/zserv.api`];
      const command = [
        `${daemons}/${name}`,
        "-u",
        "frr",
        "-g",
        "frr",
        "-A",
        "127.0.0.1",
        "-f",
        `${folder}/${name}.conf`,
      ];
      processes.start(`${router.name}-${name}`, netns, [...command, ...files], {});
      await answers(name, folder, netns, () => processes.lastWords(`${router.name}-${name}`));
    }
    return new Frr(netns, folder);
  }

  constructor(netns: string, folder: string) {
    this.#netns = netns;
    this.#folder = folder;
  }

  /** Runs a command that prints JSON, such as `show bgp summary json`. */
  async show(command: string): Promise<unknown> {
    const text = await run("vtysh", ["--vty_socket", this.#folder, "-c", command], { netns: this.#netns });
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new LabError(command, `is no JSON: ${text.slice(0, 200)}`, { cause });
    }
  }
}

async function answers(daemon: string, folder: string, netns: string, lastWords: () => string): Promise<void> {
  const look = async (): Promise<true | undefined> => {
    const ran = await tryRun("vtysh", ["--vty_socket", folder, "-d", daemon, "-c", "show version"], { netns });
    return ran.code === 0 ? true : undefined;
  };
  try {
    await waitFor(`${daemon} answers`, 10_000, look);
  } catch (cause) {
    throw new LabError(daemon, `does not answer: ${lastWords()}`, { cause });
  }
}
