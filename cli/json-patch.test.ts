import assert from "node:assert/strict";
import fc from "fast-check";
import { jsonPatch } from "./json-patch.ts";

describe("a JSON patch (RFC 6902)", () => {
  // Its appendix A, and what it says in section 4.
  const rows: readonly (readonly [string, unknown, readonly object[], unknown])[] = [
    ["A.1", { foo: "bar" }, [{ op: "add", path: "/baz", value: "qux" }], { baz: "qux", foo: "bar" }],
    ["A.2", { foo: ["bar", "baz"] }, [{ op: "add", path: "/foo/1", value: "qux" }], { foo: ["bar", "qux", "baz"] }],
    ["A.3", { baz: "qux", foo: "bar" }, [{ op: "remove", path: "/baz" }], { foo: "bar" }],
    ["A.4", { foo: ["bar", "qux", "baz"] }, [{ op: "remove", path: "/foo/1" }], { foo: ["bar", "baz"] }],
    ["A.5", { baz: "qux", foo: "bar" }, [{ op: "replace", path: "/baz", value: "boo" }], { baz: "boo", foo: "bar" }],
    [
      "A.6",
      { foo: { bar: "baz", waldo: "fred" }, qux: { corge: "grault" } },
      [{ op: "move", from: "/foo/waldo", path: "/qux/thud" }],
      { foo: { bar: "baz" }, qux: { corge: "grault", thud: "fred" } },
    ],
    [
      "A.7",
      { foo: ["all", "grass", "cows", "eat"] },
      [{ op: "move", from: "/foo/1", path: "/foo/3" }],
      { foo: ["all", "cows", "eat", "grass"] },
    ],
    [
      "A.8",
      { baz: "qux", foo: ["a", 2, "c"] },
      [
        { op: "test", path: "/baz", value: "qux" },
        { op: "test", path: "/foo/1", value: 2 },
      ],
      { baz: "qux", foo: ["a", 2, "c"] },
    ],
    [
      "A.10",
      { foo: "bar" },
      [{ op: "add", path: "/child", value: { grandchild: {} } }],
      { foo: "bar", child: { grandchild: {} } },
    ],
    ["A.11", { foo: "bar" }, [{ op: "add", path: "/baz", value: "qux", xyz: 123 }], { foo: "bar", baz: "qux" }],
    ["A.14", { "/": 9, "~1": 10 }, [{ op: "test", path: "/~01", value: 10 }], { "/": 9, "~1": 10 }],
    [
      "A.16",
      { foo: ["bar"] },
      [{ op: "add", path: "/foo/-", value: ["abc", "def"] }],
      { foo: ["bar", ["abc", "def"]] },
    ],
    [
      "a copy is a copy",
      { a: { b: 1 } },
      [
        { op: "copy", from: "/a", path: "/c" },
        { op: "add", path: "/c/b", value: 2 },
      ],
      { a: { b: 1 }, c: { b: 2 } },
    ],
    ["the whole", { a: 1 }, [{ op: "replace", path: "", value: [1] }], [1]],
    [
      "order of fields does not count",
      { a: { x: 1, y: [2] } },
      [{ op: "test", path: "/a", value: { y: [2], x: 1 } }],
      { a: { x: 1, y: [2] } },
    ],
  ];
  for (const [name, target, patch, result] of rows) it(name, () => assert.deepEqual(jsonPatch(target, patch), result));

  const refused: readonly (readonly [string, unknown, unknown, RegExp])[] = [
    [
      "A.9",
      { baz: "qux" },
      [{ op: "test", path: "/baz", value: "bar" }],
      /operation 1: \/baz is "qux"; nothing was changed/,
    ],
    ["A.12", { foo: "bar" }, [{ op: "add", path: "/baz/bat", value: "qux" }], /there is no \/baz\/bat/],
    ["A.15", { "/": 9, "~1": 10 }, [{ op: "test", path: "/~01", value: "10" }], /nothing was changed/],
    ["beyond a list", { a: [1] }, [{ op: "add", path: "/a/3", value: 1 }], /there is no \/a\/3/],
    ["behind a list", { a: [1] }, [{ op: "remove", path: "/a/-" }], /there is no \/a\/-/],
    ["a leading zero", { a: [1, 2] }, [{ op: "remove", path: "/a/01" }], /there is no/],
    ["into itself", { a: { b: 1 } }, [{ op: "move", from: "/a", path: "/a/b" }], /cannot be moved into itself/],
    ["no pointer", {}, [{ op: "add", path: "a", value: 1 }], /a pointer such as \/spec\/cidr/],
    ["a bad escape", {}, [{ op: "add", path: "/~2", value: 1 }], /'~' is followed by 0 or 1/],
    ["no value", {}, [{ op: "add", path: "/a" }], /add wants a value/],
    ["no operation", {}, [7], /is no object with op and path/],
    ["no list", {}, {}, /a list of operations/],
    ["an unknown one", {}, [{ op: "x", path: "" }], /op = "x"/],
    ["nothing left", {}, [{ op: "remove", path: "" }], /cannot be removed/],
    ["what every object inherits", {}, [{ op: "remove", path: "/constructor" }], /there is no \/constructor/],
  ];
  for (const [name, target, patch, expected] of refused) {
    it(`${name} is refused`, () => assert.throws(() => jsonPatch(target, patch), expected));
  }

  it("makes no prototype of a field, and leaves what it was given as it was", () => {
    const target = { a: [1] };
    const patched = jsonPatch(target, JSON.parse('[{"op":"add","path":"/__proto__","value":{"x":1}}]')) as {
      x?: number;
    };
    assert.equal(patched.x, undefined);
    jsonPatch(target, [{ op: "add", path: "/a/0", value: 0 }]);
    assert.deepEqual(target, { a: [1] });
  });

  it("takes back what it added", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }),
        fc.string(),
        fc.jsonValue(),
        (target, key, value) => {
          fc.pre(!Object.hasOwn(target, key));
          const path = `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
          const both = [
            { op: "add", path, value },
            { op: "test", path, value },
            { op: "remove", path },
          ];
          assert.deepEqual(jsonPatch(target, both), target);
        },
      ),
    );
  });
});
