/** One workload: what `native/bgpload.c` is told, and what the speakers are told of its sessions. */
export interface Workload {
  readonly name: string;
  readonly load: readonly string[];
  readonly family: "ipv4" | "ipv6";
  /** What the load tool's sessions are to the speaker under test. */
  readonly sessions: "external" | "clients" | "mesh-and-one-client";
  /** Design goals of the ratio to BIRD; absent where it is only measured. */
  readonly goals?: { readonly announce: number; readonly withdraw?: number };
  /** The longest stall of our event loop while routes arrive is measured too. */
  readonly measuresStall?: true;
  /** Runs only when asked for by name, or by `--all`. */
  readonly isExtra?: true;
}

/** One sender of a million prefixes in 200,000 attribute sets, one receiver that gets them all. */
const oneMillion = ["-n", "2", "-S", "1", "-P", "1000000", "-a", "5", "-m"];

/** Every workload, those with goals first. */
export const workloads: readonly Workload[] = [
  {
    name: "announce-1m",
    load: oneMillion,
    family: "ipv4",
    sessions: "external",
    goals: { announce: 0.6, withdraw: 1.5 },
  },
  {
    name: "reflect-300x30",
    load: ["-n", "300", "-S", "300", "-P", "30", "-a", "5", "-i"],
    family: "ipv4",
    sessions: "clients",
    goals: { announce: 0.2 },
  },
  { name: "announce-1m-ipv6", load: [...oneMillion, "-6"], family: "ipv6", sessions: "external", isExtra: true },
  {
    name: "announce-1m-from-10",
    load: ["-n", "11", "-S", "10", "-P", "1000000", "-a", "5", "-m", "-o"],
    family: "ipv4",
    sessions: "external",
    measuresStall: true,
    isExtra: true,
  },
  {
    name: "mesh-200-cold",
    load: ["-n", "201", "-S", "200", "-P", "4", "-a", "4", "-m", "-i", "-c", "-M", "10.10.2.1"],
    family: "ipv4",
    sessions: "mesh-and-one-client",
    isExtra: true,
  },
  {
    name: "announce-1m-hold-3",
    load: [...oneMillion, "-h", "3"],
    family: "ipv4",
    sessions: "external",
    measuresStall: true,
    isExtra: true,
  },
];
