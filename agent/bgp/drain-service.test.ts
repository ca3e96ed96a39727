import assert from "node:assert/strict";
import type { SpeakerConfig } from "../../bgp/speaker/config.ts";
import type { Speaker } from "../../bgp/speaker/speaker.ts";
import type { AgentFact } from "../fact.ts";
import { NodeGraph } from "../graph/node-graph.ts";
import { BgpService } from "./bgp-service.ts";

/** A speaker that keeps what was asked of it. */
class ToldSpeaker {
  readonly told: string[] = [];
  end: () => void = () => {};

  start = (): void => void this.told.push("start");
  announce = (): void => {};
  setPeer = (): void => {};
  removePeer = (): void => {};
  setListen = (): void => {};
  status = (): undefined => undefined;
  close = ({ kind }: { readonly kind: string }): void => void this.told.push(kind);
  drain = ({ waitSeconds }: { readonly waitSeconds: number }, done: () => void): (() => void) => {
    this.told.push(`drain ${waitSeconds}`);
    this.end = done;
    return () => void this.told.push("undrain");
  };
}

class Lab {
  readonly speakers: ToldSpeaker[] = [];
  readonly facts: string[] = [];
  readonly graph = new NodeGraph({ nodeName: "n1", routerId: undefined });
  readonly service = new BgpService({
    open: (_config: SpeakerConfig) => {
      const speaker = new ToldSpeaker();
      this.speakers.push(speaker);
      return speaker as unknown as Speaker;
    },
    tell: (fact: AgentFact) => void this.facts.push("why" in fact ? fact.why : fact.fact),
    restartSeconds: 120,
    port: undefined,
    preserved: [],
    withhold: () => {},
  });

  /** The node gets an address, as a turn of the graph brings it. */
  turn(address: string): void {
    const spec = { bgp: { ipv4Address: address } };
    const value = { kind: "Node", apiVersion: "projectcalico.org/v3", metadata: { name: "n1" }, spec } as const;
    this.graph.onNode({ kind: "set", key: "n1", value });
    this.service.apply(this.graph.turn(), this.graph);
  }

  drain(waitSeconds: number): boolean {
    return this.service.drain({ waitSeconds }, () => void this.facts.push("done"));
  }
}

describe("the drain of the agent's speaker", () => {
  it("ends with the speaker gone, whatever turns come, until it is resumed", () => {
    const lab = new Lab();
    lab.turn("10.0.0.1/24");
    assert.equal(lab.drain(60), true);
    lab.turn("10.0.0.1/24");
    lab.speakers[0]!.end();
    assert.deepEqual([lab.service.isDrained, lab.service.speaker], [true, undefined]);
    assert.deepEqual(lab.facts.slice(-2), ["drained, as an operator asked", "done"]);
    lab.turn("10.0.0.2/24");
    assert.equal(lab.speakers.length, 1, "a drained node opens no session");
    assert.equal(lab.drain(60), false, "there is nothing left to drain");
    lab.service.resume();
    assert.equal(lab.speakers.length, 2);
    assert.deepEqual(lab.speakers[1]!.told, ["start"]);
    lab.turn("10.0.0.2/24");
    assert.equal(lab.speakers.length, 2, "who resumes is who it is now");
  });

  it("can be taken back before its end, and asked for anew with another time", () => {
    const lab = new Lab();
    assert.equal(lab.drain(60), false, "nothing runs yet");
    lab.turn("10.0.0.1/24");
    lab.drain(60);
    lab.drain(5);
    lab.service.resume();
    lab.service.resume();
    assert.deepEqual(lab.speakers[0]!.told, ["start", "drain 60", "undrain", "drain 5", "undrain"]);
    assert.equal(lab.service.isDrained, false);
    lab.turn("10.0.0.1/24");
    assert.equal(lab.speakers.length, 1);
  });

  it("is over at once when the node becomes another one, or loses its address", () => {
    for (const address of ["10.0.0.9/24", ""]) {
      const lab = new Lab();
      lab.turn("10.0.0.1/24");
      lab.drain(600);
      if (address === "") {
        lab.graph.onNode({ kind: "delete", key: "n1" });
        lab.service.apply(lab.graph.turn(), lab.graph);
      } else lab.turn(address);
      assert.deepEqual(lab.speakers[0]!.told, ["start", "drain 600", "cease", "undrain"]);
      assert.equal(lab.service.isDrained, true);
      assert.equal(lab.speakers.length, 1);
    }
  });
});
