import assert from "node:assert/strict";
import type { Link } from "../kernel/links.ts";
import { parsePrefix } from "../net/prefix.ts";
import { NodeGraph } from "./graph/node-graph.ts";
import { HostLinks } from "./host-links.ts";

function setUp() {
  const graph = new NodeGraph({ nodeName: "n1", routerId: undefined });
  const told: string[] = [];
  const onLink = graph.onLink.bind(graph);
  graph.onLink = (change) => {
    told.push(
      change.kind === "set" ? `${change.key} ${change.value.ifindex} ${change.value.up}` : `${change.key} gone`,
    );
    onLink(change);
  };
  const links = new HostLinks(graph);
  let changes = 0;
  const listener = links.listener(
    () => void changes++,
    () => {},
    (error) => assert.fail(error),
  );
  const set = (ifindex: number, name: string, up = true): void =>
    listener.link({ kind: "set", key: ifindex, value: { ifindex, name, up } as Link });
  const gone = (ifindex: number): void => listener.link({ kind: "delete", key: ifindex });
  return { links, told, set, gone, listener, changes: () => changes };
}

describe("the host's links", () => {
  it("are known by name and by index", () => {
    const { links, set, told, changes } = setUp();
    set(7, "cali1", false);
    set(7, "cali1");
    assert.deepEqual([links.ifindexOf("cali1"), links.nameOf(7)], [7, "cali1"]);
    assert.deepEqual([links.ifindexOf("none"), links.nameOf(8)], [undefined, ""]);
    assert.deepEqual(told, ["cali1 7 false", "cali1 7 true"]);
    assert.equal(changes(), 2);
  });

  it("that are renamed are gone under the old name first", () => {
    const { links, set, told } = setUp();
    set(7, "tmp");
    set(7, "cali1");
    assert.deepEqual(told, ["tmp 7 true", "tmp gone", "cali1 7 true"]);
    assert.deepEqual([links.ifindexOf("tmp"), links.ifindexOf("cali1")], [undefined, 7]);
  });

  it("keep a name that another link took before the old one was heard to be gone", () => {
    const { links, set, gone, told } = setUp();
    set(7, "cali1");
    set(8, "cali1");
    gone(7);
    assert.deepEqual([links.ifindexOf("cali1"), links.nameOf(8), links.nameOf(7)], [8, "cali1", ""]);
    assert.deepEqual(told, ["cali1 7 true", "cali1 8 true"]);
  });

  it("that swap names each have their own", () => {
    const { links, set } = setUp();
    set(7, "a");
    set(8, "b");
    set(7, "tmp");
    set(8, "a");
    set(7, "b");
    assert.deepEqual([links.ifindexOf("a"), links.ifindexOf("b"), links.ifindexOf("tmp")], [8, 7, undefined]);
  });

  it("never heard of may go", () => {
    const { gone, told } = setUp();
    gone(9);
    assert.deepEqual(told, []);
  });

  it("have addresses, with their names", () => {
    const { links, set, listener } = setUp();
    const prefix = parsePrefix("192.0.2.11/24")!;
    const value = { ifindex: 7, prefix } as Parameters<typeof listener.address>[0] extends infer C
      ? Extract<C, { kind: "set" }> extends { value: infer V }
        ? V
        : never
      : never;
    listener.address({ kind: "set", key: "7 192.0.2.11/24", value });
    set(7, "eth0");
    assert.deepEqual(links.addresses(), [{ interfaceName: "eth0", prefix }]);
    listener.address({ kind: "delete", key: "7 192.0.2.11/24" });
    assert.deepEqual(links.addresses(), []);
  });
});
