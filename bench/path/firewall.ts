import type { DataplaneKind } from "../../agent/dataplane/dataplane.ts";
import { openDataplane } from "../../agent/dataplane/io/open.ts";
import { defaultOptions } from "../../agent/dataplane/options.ts";
import type { PolicyOutput } from "../../policy/output.ts";
import type { PathNode } from "./nodes.ts";

/** Brings a policy into a node's kernel by the named dataplane; answers how to let go of it. @throws Error when it refuses */
export async function openFirewall(dataplane: string, node: PathNode, policy: PolicyOutput): Promise<() => void> {
  const kind = dataplane as DataplaneKind;
  const opened = openDataplane({ kind, options: defaultOptions, tell: () => {}, netns: `/run/netns/${node.name}` });
  opened.allowDeletes();
  opened.apply(policy);
  await opened.commit();
  return () => opened.close();
}
