import type { Action } from "../scenario/action.ts";
import type { ReachRow } from "../scenario/expectation.ts";
import type { Chapter } from "../scenario/scenario.ts";
import { podName } from "../scenario/topology.ts";
import { demoPods } from "./topology.ts";

/** The texts of the demo's resources, by the name of their file without its ending. */
export type Resources = Readonly<Record<"bgp" | "pools" | "namespaces" | "deny" | "allow", string>>;

const nodes = ["node1", "node2", "node3"];
const all = demoPods.map(podName);
const front = demoPods.filter((pod) => pod.namespace === "front").map(podName);
const back = demoPods.filter((pod) => pod.namespace === "back").map(podName);

/** A node always reaches its own pods, as in Calico: kubelet's probes must not depend on policies. */
const ownNode: readonly ReachRow[] = demoPods.map((pod) => ({ from: [pod.node], to: [podName(pod)], pass: true }));

const nobody: readonly ReachRow[] = [...ownNode, { from: "*", to: back, pass: false }];

const asWritten: readonly ReachRow[] = [
  ...ownNode,
  { from: front, to: back, probes: ["tcp"], pass: true },
  { from: ["client"], to: back, probes: ["ping"], pass: true },
  { from: "*", to: back, pass: false },
];

/** The demo as data, in the order in which it is shown. */
export function demoChapters(resources: Resources): readonly Chapter[] {
  return [rise(resources), attach(), ...policies(resources), detach(), survive()];
}

function rise(resources: Resources): Chapter {
  return {
    title: "A cluster rises",
    about:
      "Three nodes, one agent each, meet a router that knows nothing of us. Nobody told them the others' addresses.",
    steps: [
      { do: "apply", yaml: resources.bgp },
      { do: "apply", yaml: resources.pools },
      { do: "apply", yaml: resources.namespaces },
      ...nodes.map((node): Action => ({ do: "agent", node, how: "start" })),
      { expect: "sessions", withinSeconds: 40 },
      ...nodes.map((node) => ({ expect: "ready", node, ready: true, withinSeconds: 30 }) as const),
    ],
  };
}

function attach(): Chapter {
  return {
    title: "Pods come",
    about:
      "Each node takes a block from each pool, hands out addresses and announces the blocks. Packets keep their source.",
    steps: [
      ...demoPods.map((pod): Action => ({ do: "attach", pod })),
      { expect: "addresses", pods: all, withinSeconds: 10 },
      { expect: "routes", at: "tor", withinSeconds: 20 },
      { expect: "reach", rows: [], withinSeconds: 20 },
    ],
  };
}

function policies(resources: Resources): Chapter[] {
  return [
    {
      title: "Nobody may reach the databases",
      about: "A policy that selects the namespace back and allows nothing. Everything else stays as it was.",
      steps: [
        { do: "apply", yaml: resources.deny },
        { expect: "reach", rows: nobody, withinSeconds: 10 },
      ],
    },
    {
      title: "Except as written",
      about:
        "Web pods may connect to the databases but not ping them; the network behind the router may ping but not connect.",
      steps: [
        { do: "apply", yaml: resources.allow },
        { expect: "reach", rows: asWritten, withinSeconds: 10 },
        { do: "delete", yaml: `${resources.allow}---\n${resources.deny}` },
        { expect: "reach", rows: [], withinSeconds: 10 },
      ],
    },
  ];
}

function detach(): Chapter {
  return {
    title: "A pod goes",
    about: "Its addresses disappear from every kernel, every set and the datastore; the block stays with its node.",
    steps: [
      { do: "detach", pod: "back/db3" },
      { expect: "gone", pod: "back/db3", withinSeconds: 10 },
      { expect: "routes", at: "tor", withinSeconds: 10 },
      { expect: "reach", rows: [], withinSeconds: 10 },
    ],
  };
}

function survive(): Chapter {
  return {
    title: "An agent is killed",
    about:
      "kill -9 on node2 while every pair pings every 10 ms, through the router too. Graceful restart: nobody notices.",
    steps: [
      { do: "stream", how: "start", everyMs: 10 },
      { do: "pass", seconds: 1 },
      { do: "agent", node: "node2", how: "kill" },
      { do: "pass", seconds: 2 },
      { do: "agent", node: "node2", how: "start" },
      { expect: "sessions", withinSeconds: 60 },
      { expect: "ready", node: "node2", ready: true, withinSeconds: 60 },
      { do: "pass", seconds: 3 },
      { do: "stream", how: "stop" },
      { expect: "lossless", withinSeconds: 0 },
      { expect: "routes", at: "tor", withinSeconds: 10 },
      { expect: "reach", rows: [], withinSeconds: 10 },
    ],
  };
}
