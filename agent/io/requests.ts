import { ManxError } from "../../lib/error.ts";
import { systemClock } from "../../lib/io/clock.ts";
import { answerBgp } from "../bgp/answer.ts";
import { isDrainingRequest, NodeDrain } from "../bgp/drain.ts";
import { isBgpRequest } from "../bgp/request.ts";
import { readRequest } from "../workload/request.ts";
import type { Answer } from "./line-socket.ts";
import { currentStatus, type ViewOptions } from "./views.ts";
import type { Workloads } from "./workloads.ts";

/** Answers whatever may be asked on the agent's socket; what goes wrong is an answer too. */
export function requestAnswers(view: ViewOptions, workloads: Workloads): Answer {
  const { agent } = view;
  const drain = new NodeDrain(() => agent.bgp, systemClock);
  return async (line) => {
    try {
      if (isBgpRequest(line)) return answerBgp(line, agent.bgp?.speaker, systemClock.wall());
      if (isDrainingRequest(line)) return drain.answer(line);
      const request = readRequest(line);
      return request.do === "status" ? currentStatus(view) : await workloads.answer(request);
    } catch (error) {
      if (!(error instanceof ManxError)) throw error;
      return { ok: false, code: error.code, message: error.message, facts: error.facts };
    }
  };
}
