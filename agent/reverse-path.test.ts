import assert from "node:assert/strict";
import { ReversePath } from "./reverse-path.ts";

function setUp(values: Readonly<Record<string, string>>) {
  const held = new Map(Object.entries(values));
  const reverse = new ReversePath({
    sysctls: { read: (path) => held.get(path[3]!) },
    driver: { want: (path, value) => void held.set(path[3]!, value), unwant: () => {} },
  });
  return { held, reverse };
}

describe("reverse path filtering", () => {
  it("is out of the way of workloads that may use addresses of others, and back where they may not", () => {
    for (const [all, value] of [
      ["0", "0"],
      ["2", "0"],
      ["1", "2"],
    ] as const) {
      const { held, reverse } = setUp({ all, default: "1", cali1: "1" });
      assert.deepEqual(reverse.look({ spoofing: ["cali1"], uplinks: [] }), []);
      assert.equal(held.get("cali1"), value, `all is ${all}`);
      reverse.look({ spoofing: [], uplinks: [] });
      assert.equal(held.get("cali1"), "1");
    }
  });

  it("is reported where two ways out are strict, by what holds of both settings", () => {
    const uplinks = ["eth0", "eth1"];
    const look = (values: Readonly<Record<string, string>>): readonly string[] =>
      setUp(values).reverse.look({ spoofing: [], uplinks });
    assert.match(look({ all: "1", eth0: "0", eth1: "1" }).join(), /strict on eth0, eth1/);
    assert.match(look({ all: "0", eth0: "1", eth1: "1" }).join(), /strict/);
    assert.deepEqual(look({ all: "1", eth0: "2", eth1: "1" }), [], "one way is no conflict");
    assert.deepEqual(look({ all: "0", eth0: "0", eth1: "1" }), []);
    assert.deepEqual(look({ all: "2", eth0: "1", eth1: "1" }), []);
    assert.deepEqual(look({ eth0: "1" }), []);
  });
});
