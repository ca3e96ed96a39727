import assert from "node:assert/strict";
import { commentOf, longestComment, saysItself } from "./comment.ts";
import { encodeRule } from "./encoded-rule.ts";
import { fingerprint } from "./identity.ts";
import { readText, readUserdata } from "./userdata.ts";

describe("comments", () => {
  it("a name that fits is its own comment", () => {
    assert.equal(commentOf("np.default/allow-web|3"), "np.default/allow-web|3");
    assert.equal(commentOf("x".repeat(longestComment)), "x".repeat(longestComment));
  });

  it("a name that does not fit is cut and ends in a fingerprint of the whole", () => {
    const [x, y] = ["a", "b"].map((end) => commentOf("n".repeat(200) + end));
    assert.equal(x!.length, longestComment);
    assert.match(x!, /^n{108}~[0-9a-f]{16}$/);
    assert.notEqual(x, y);
  });

  it("what nft could not print is cut out, and the fingerprint keeps the names apart", () => {
    const comments = ['say "hi"', "say \nhi\n", "día", "日本", "\u{1f600}"].map(commentOf);
    for (const comment of comments) assert.match(comment, /^[ !#-~]*~[0-9a-f]{16}$/);
    assert.equal(new Set(comments).size, comments.length);
  });
});

describe("fingerprints", () => {
  const of = (...octets: number[]): string => fingerprint(Uint8Array.from(octets));

  it("are 16 hex digits, the same for the same octets", () => {
    assert.match(of(1, 2, 3), /^[0-9a-f]{16}$/);
    assert.equal(of(1, 2, 3), of(1, 2, 3));
  });

  it("tell apart what differs in one bit, in length, or in order", () => {
    const seen = new Map<string, string>();
    const add = (octets: number[]): void => {
      const print = of(...octets);
      assert.equal(seen.get(print), undefined, `${octets} and ${seen.get(print)}`);
      seen.set(print, String(octets));
    };
    for (let length = 0; length < 40; length++) add(new Array<number>(length).fill(0));
    for (let bit = 0; bit < 64 * 8; bit++) {
      const octets = new Array<number>(64).fill(0);
      octets[bit >> 3] = 1 << (bit & 7);
      add(octets);
    }
    for (let a = 1; a < 40; a++) for (let b = 1; b < 40; b++) add([a, 0, 0, 0, b, 0, 0, 0, 9]);
  });

  it("halves do not collide either: 20,000 rules that count up", () => {
    const octets = new Uint8Array(64);
    const view = new DataView(octets.buffer);
    const halves = [new Set<string>(), new Set<string>()];
    for (let i = 0; i < 20_000; i++) {
      view.setUint32(24, i);
      const print = fingerprint(octets);
      halves[0]!.add(print.slice(0, 8));
      halves[1]!.add(print.slice(8));
    }
    // By chance, 20,000 of 2^32 values share about 0.05.
    for (const half of halves) assert.ok(half.size >= 19_998, `${half.size}`);
  });
});

describe("a rule that says its name by itself", () => {
  const name = "NetworkPolicy shop/db ingress[1]";
  const logging = (prefix: string) => ({
    name,
    expressions: [{ kind: "log", prefix, group: 77 }, { kind: "drop" }] as const,
  });

  it("is not commented for nft, but keeps its name for its counter", () => {
    const { body } = encodeRule("inet", logging(name));
    assert.ok(saysItself(logging(name)));
    const userdata = userdataOf(body);
    assert.equal(readUserdata(userdata).comment, name);
    assert.equal(readText(userdata, 0), undefined);
  });

  it("is commented where it logs something else", () => {
    assert.ok(!saysItself(logging("dropped: ")));
    assert.equal(readText(userdataOf(encodeRule("inet", logging("dropped: ")).body), 0), name);
  });
});

/** The value of the last attribute of a rule's body. */
function userdataOf(body: Uint8Array): Uint8Array {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  let at = 0;
  let value = new Uint8Array(0);
  while (at < body.length) {
    const length = view.getUint16(at, true);
    value = new Uint8Array(body.slice(at + 4, at + length));
    at += (length + 3) & ~3;
  }
  return value;
}
