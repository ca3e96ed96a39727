import { systemClock } from "../../lib/io/clock.ts";
import { NamespaceDriver } from "../lab/driver.ts";
import { demoResource } from "../resources.ts";
import type { Verdict } from "../scenario/expectation.ts";
import { play } from "../scenario/play.ts";
import { demoPackages, ensurePackages } from "../task/debian.ts";
import { demoChapters } from "./chapters.ts";
import { parseOptions, usage } from "./options.ts";
import { drawing, routeTable, sessionTable } from "./show/picture.ts";
import { Presenter } from "./show/presenter.ts";
import { Screen } from "./show/screen.ts";
import { demoTopology } from "./topology.ts";
import { Witness } from "./witness.ts";

const options = parseOptions(process.argv.slice(2));
if (typeof options === "string") {
  console.error(`${options}\n${usage}`);
  process.exit(2);
}
const trouble = await ensurePackages(demoPackages);
if (trouble !== "") {
  console.error(`demo: ${trouble}`);
  process.exit(1);
}

const screen = new Screen(process.stdout);
const topology = demoTopology(options.datastore);
const lab = new NamespaceDriver();
const driver = new Witness(lab);
const interrupted = new Promise<"interrupted">((resolve) => {
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => resolve("interrupted"));
});

/** Raises, plays, draws; answers the verdicts. */
async function perform(): Promise<readonly Verdict[]> {
  screen.progress("raising the lab");
  await driver.raise(topology);
  const [bgp, pools, namespaces] = [demoResource("bgp"), demoResource("pools"), demoResource("namespaces")];
  const chapters = demoChapters({ bgp, pools, namespaces, deny: demoResource("deny"), allow: demoResource("allow") });
  const presenter = new Presenter(screen, () => driver.sights);
  const verdicts = await play({ topology, chapters }, driver, systemClock, (told) => presenter.hear(told));
  await driver.sessions();
  await driver.claims();
  await driver.pods();
  return verdicts;
}

/** Draws what is there now and counts what held. */
function picture(verdicts: readonly Verdict[]): void {
  const failed = verdicts.filter((verdict) => !verdict.held);
  screen.line("");
  for (const part of [drawing(topology, driver.sights), sessionTable(driver.sights), routeTable(driver.sights)]) {
    for (const line of [...part, ""]) screen.line(`  ${line}`);
  }
  for (const { what, seen } of failed) screen.line(`  ${screen.style.bad(`✗ ${what}`)}: ${seen}`);
  const count = `${verdicts.length - failed.length} of ${verdicts.length} checks held`;
  screen.line(`  ${failed.length === 0 ? screen.style.good(count) : screen.style.bad(count)}`);
}

/** How to look around in the raised lab, for whoever stays. */
function lookAround(): void {
  const { ground } = lab.parts;
  const ns = (machine: string): string => ground.netns(machine);
  screen.line(`
  The lab stays up. Look around in another terminal:
    ip netns exec ${ns("node1")} ip route
    ip netns exec ${ns("node1")} nft list table inet manx
    ip netns exec ${ns("tor")} vtysh --vty_socket ${ground.folderOf("tor")} -c 'show bgp ipv4 unicast'
    ip netns exec ${ns("pod-front-web1")} ping ${driver.sights.pods[0]?.addresses.ipv4 ?? "10.244.0.1"}
    MANX_RUN_DIR=${ground.folderOf("node1")} bin/manxctl node status
  Ctrl-C takes it down.`);
}

/** The whole evening: what the process should exit with. */
async function evening(once: boolean): Promise<number> {
  const outcome = await Promise.race([perform(), interrupted]);
  if (outcome === "interrupted") return 130;
  picture(outcome);
  if (!once) {
    lookAround();
    await interrupted;
  }
  return outcome.every((verdict) => verdict.held) ? 0 : 1;
}

let code = 1;
try {
  code = await evening(options.once);
} catch (error) {
  screen.line(`\n${screen.style.bad("the demo cannot go on")}: ${error instanceof Error ? error.message : error}`);
} finally {
  screen.progress("taking the lab down");
  await driver.close();
  screen.line("");
}
process.exit(code);
