import { formatTimestamp } from "../../datastore/timestamp.ts";
import { openNflog } from "../../kernel/nflog/io/nflog.ts";
import { ManxError } from "../../lib/error.ts";
import { systemClock } from "../../lib/io/clock.ts";
import { answerBgp } from "../bgp/answer.ts";
import { isDrainingRequest, NodeDrain } from "../bgp/drain.ts";
import { isBgpRequest } from "../bgp/request.ts";
import { answerExplain, type ExplainSources } from "../explain/answer.ts";
import { DropWatch } from "../explain/drop-watch.ts";
import { dropGroup } from "../explain/io/drop-group.ts";
import { isExplainRequest } from "../explain/request.ts";
import { readRequest } from "../workload/request.ts";
import type { Answer } from "./line-socket.ts";
import { currentStatus, type ViewOptions } from "./views.ts";
import type { Workloads } from "./workloads.ts";

/** Answers whatever may be asked on the agent's socket; what goes wrong is an answer too. */
export function requestAnswers(view: ViewOptions, workloads: Workloads): Answer {
  const { agent } = view;
  const explain = explainSources(view);
  const drain = new NodeDrain(() => agent.bgp, systemClock);
  return async (line) => {
    try {
      if (isBgpRequest(line)) return answerBgp(line, agent.bgp?.speaker, systemClock.wall());
      if (isDrainingRequest(line)) return drain.answer(line);
      if (isExplainRequest(line)) return await answerExplain(line, explain);
      const request = readRequest(line);
      return request.do === "status" ? currentStatus(view) : await workloads.answer(request);
    } catch (error) {
      if (!(error instanceof ManxError)) throw error;
      return { ok: false, code: error.code, message: error.message, facts: error.facts };
    }
  };
}

/** What questions about policy are answered from: the agent as it is when they are asked. */
function explainSources({ agent, environment, startedAt }: ViewOptions): ExplainSources {
  const { live, links } = agent;
  const node = environment.nodeName;
  const nameOf = (ifindex: number): string => links.nameOf(ifindex);
  return {
    node,
    live,
    drops: new DropWatch({ node, group: dropGroup, open: openNflog, clock: systemClock, live, nameOf }),
    since: formatTimestamp(startedAt),
    dataplane: () => agent.firewall?.dataplane,
    nodePolicy: () => agent.nodePolicy,
  };
}
