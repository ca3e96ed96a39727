import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Clock } from "../../lib/clock.ts";
import { millis } from "../../lib/unit.ts";
import { mayPass } from "../scenario/judge/reach.ts";
import { play } from "../scenario/play.ts";
import { SimDriver } from "../scenario/sim/driver.ts";
import { demoChapters } from "./chapters.ts";
import { parseOptions } from "./options.ts";
import { matrix } from "./show/matrix.ts";
import { drawing, routeTable, sessionTable } from "./show/picture.ts";
import { Presenter } from "./show/presenter.ts";
import { Screen } from "./show/screen.ts";
import { styleFor } from "./show/style.ts";
import { demoTopology } from "./topology.ts";
import { Witness } from "./witness.ts";

const resources = { bgp: "kind: B", pools: "kind: I", namespaces: "kind: P", deny: "kind: N", allow: "kind: N" };
const chapters = demoChapters(resources);
const topology = demoTopology("embedded");

/** A clock that jumps to whatever somebody waits for. */
const clock: Clock = {
  now: (() => {
    let now = 0;
    return () => millis((now += 500));
  })(),
  wall: () => 0,
  after(_delay, fire) {
    queueMicrotask(fire);
    return () => {};
  },
};

/** What a screen that is no terminal would print. */
class Paper {
  text = "";
  write(text: string): boolean {
    this.text += text;
    return true;
  }
}

describe("the demo", () => {
  it("plays in the simulation, except that the simulation knows no policies", async () => {
    const driver = new Witness(new SimDriver());
    await driver.raise(topology);
    const verdicts = await play({ topology, chapters }, driver, clock);
    const failed = verdicts.filter((verdict) => !verdict.held).map((verdict) => verdict.what);
    assert.ok(failed.length > 0 && failed.every((what) => what.includes("tries pass")), failed.join("\n"));
  });

  it("allows and denies as its resources are written", () => {
    const rows = chapters.flatMap((c) => c.steps).flatMap((s) => ("rows" in s ? [s.rows] : []));
    const [, denied, written] = rows;
    const may = (row: typeof denied, from: string, to: string, probe: "ping" | "tcp") =>
      mayPass(row!, { from, to, probe });
    assert.equal(may(denied, "front/web1", "back/db1", "tcp"), false);
    assert.equal(may(denied, "back/db2", "back/db1", "ping"), false);
    assert.equal(may(denied, "back/db1", "front/web1", "ping"), true);
    assert.equal(may(denied, "node1", "back/db1", "ping"), true);
    assert.equal(may(denied, "node2", "back/db1", "ping"), false);
    assert.equal(may(written, "front/web3", "back/db1", "tcp"), true);
    assert.equal(may(written, "front/web3", "back/db1", "ping"), false);
    assert.equal(may(written, "client", "back/db1", "ping"), true);
    assert.equal(may(written, "client", "back/db1", "tcp"), false);
    assert.equal(may(written, "back/db2", "back/db1", "tcp"), false);
  });

  it("shows every step and every verdict, and draws what it saw", async () => {
    const driver = new Witness(new SimDriver());
    await driver.raise(topology);
    const paper = new Paper();
    const presenter = new Presenter(new Screen(paper as never), () => driver.sights);
    await play({ topology, chapters: chapters.slice(0, 2) }, driver, clock, (told) => presenter.hear(told));
    for (const text of [
      "1. A cluster rises",
      "✓ tor and node3 speak BGP",
      "· attach back/db3 to node3",
      "✓ 360 tries go as written",
    ]) {
      assert.ok(paper.text.includes(text), `${text} is shown in:\n${paper.text}`);
    }
    assert.equal(paper.text.includes("\x1b"), false, "no colours on paper");
    const drawn = drawing(topology, driver.sights).join("\n");
    for (const text of [
      "client  192.0.2.10",
      "tor (FRR)  AS 65000",
      "node2  AS 64512",
      "└ front/web2",
      "block 10.244.1.0/24",
    ]) {
      assert.ok(drawn.includes(text), `${text} is drawn in:\n${drawn}`);
    }
    assert.equal(sessionTable(driver.sights).length, 1 + 3 + 3);
    assert.ok(routeTable(driver.sights).some((line) => /10\.244\.2\.0\/24\s+node3/.test(line)));
  });

  it("draws a matrix that tells denied, partial, differing and translated", () => {
    const tried = (
      from: string,
      to: string,
      family: "ipv4" | "ipv6",
      probe: "ping" | "tcp",
      passed: boolean,
      kept = true,
    ) => {
      return { from, to, family, probe, passed, sourceKept: kept, source: "" };
    };
    const both = (from: string, to: string, ping: boolean, tcp: boolean) =>
      (["ipv4", "ipv6"] as const).flatMap((f) => [tried(from, to, f, "ping", ping), tried(from, to, f, "tcp", tcp)]);
    const seen = [
      ...both("a", "b", true, false),
      ...both("a", "c", false, false),
      tried("b", "a", "ipv4", "ping", true),
      tried("b", "a", "ipv6", "ping", false),
      ...both("b", "c", true, true),
      tried("c", "a", "ipv4", "ping", true, false),
      ...both("c", "b", false, true),
    ];
    assert.deepEqual(matrix(seen, styleFor(false)).slice(0, 4), [
      "          1   2   3",
      "  1 a         P   -",
      "  2 b     4/6     PT",
      "  3 c     !   T",
    ]);
  });

  it("understands its command line and says what is wrong with it", () => {
    assert.deepEqual(parseOptions([]), { once: false, datastore: "embedded" });
    assert.deepEqual(parseOptions(["--once", "--datastore", "etcd"]), { once: true, datastore: "etcd" });
    assert.deepEqual(parseOptions(["--datastore=etcd"]), { once: false, datastore: "etcd" });
    assert.equal(parseOptions(["--datastore", "x"]), "--datastore x: embedded or etcd would be right");
    assert.equal(parseOptions(["--twice"]), "unknown argument --twice");
  });

  it("has resources of the kinds it says", () => {
    const kinds = (name: string) =>
      [...readFileSync(new URL(`resources/${name}.yaml`, import.meta.url), "utf8").matchAll(/^kind: (\w+)$/gm)].map(
        (m) => m[1],
      );
    assert.deepEqual(kinds("bgp"), ["BGPConfiguration", "BGPPeer", "BGPPeer"]);
    assert.deepEqual(kinds("pools"), ["IPPool", "IPPool"]);
    assert.deepEqual(kinds("namespaces"), ["Profile", "Profile"]);
    assert.deepEqual(kinds("deny"), ["NetworkPolicy"]);
    assert.deepEqual(kinds("allow"), ["NetworkPolicy"]);
  });
});
