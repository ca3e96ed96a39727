import { accessSync, constants } from "node:fs";
import { command } from "./command.ts";

/** Parts and peers of the lab, as Debian calls them, with a program of each by which it is known to be there. */
const programs: Readonly<Record<string, string>> = {
  iproute2: "ip",
  nftables: "nft",
  frr: "/usr/lib/frr/bgpd",
  "etcd-server": "etcd",
  "etcd-client": "etcdctl",
  iptables: "iptables-nft",
  ipset: "ipset",
  conntrack: "conntrack",
  bird2: "bird",
  gobgpd: "gobgpd",
  openbgpd: "bgpd",
  exabgp: "exabgp",
  tcpdump: "tcpdump",
  openssl: "openssl",
};

/** What the demo needs. */
export const demoPackages: readonly string[] = ["iproute2", "nftables", "frr", "etcd-server", "etcd-client"];

/** What all tests need. */
export const testPackages: readonly string[] = Object.keys(programs);

/**
 * Installs the packages that are missing, when this machine has apt and we are root. Answers what to tell the user when
 * something is still missing, else the empty text.
 */
export async function ensurePackages(packages: readonly string[]): Promise<string> {
  let missing = packages.filter((name) => !isThere(programs[name]!));
  if (missing.length > 0 && process.getuid?.() === 0 && isThere("apt-get")) {
    console.log(`manx: installing ${missing.join(" ")}`);
    if (!(await install(missing))) {
      await command("apt-get", ["update", "-qq"], { show: true, deadlineSeconds: 600, env: quiet });
      await install(missing);
    }
    missing = missing.filter((name) => !isThere(programs[name]!));
  }
  if (missing.length > 0) return `missing programs; install them as root: apt-get install ${missing.join(" ")}`;
  return process.getuid?.() === 0 ? "" : "the lab makes network namespaces and has to run as root: use sudo";
}

const quiet = { DEBIAN_FRONTEND: "noninteractive" };

async function install(packages: readonly string[]): Promise<boolean> {
  const options = ["-y", "-qq", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=600"];
  const how = { show: false, deadlineSeconds: 900, env: quiet };
  const ended = await command("apt-get", [...options, "install", ...packages], how);
  if (!ended.ok) console.log(ended.output.trimEnd());
  return ended.ok;
}

/** Whether a program can be run, by its path or by its name on the PATH and where daemons live. */
function isThere(program: string): boolean {
  const folders = [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/sbin", "/usr/bin"];
  const paths = program.startsWith("/") ? [program] : folders.map((folder) => `${folder}/${program}`);
  return paths.some((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
