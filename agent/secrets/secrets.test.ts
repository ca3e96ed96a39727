import assert from "node:assert/strict";
import type { AgentFact } from "../fact.ts";
import { type Secret, sameSecret, secretOf, secretPath } from "./secret.ts";
import { Secrets } from "./secrets.ts";
import { SimSecretFiles } from "./sim/secret-files.ts";

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("a secret", () => {
  it("is the text of its file without the editor's line feed, up to 80 octets", () => {
    assert.deepEqual(secretOf(octets("key\n")), { kind: "text", text: "key" });
    assert.deepEqual(secretOf(octets("key\r\n")), { kind: "text", text: "key" });
    assert.deepEqual(secretOf(octets("two\n\n")), { kind: "text", text: "two\n" });
    assert.equal(secretOf(octets("x".repeat(80))).kind, "text");
    assert.equal(secretOf(octets(`${"x".repeat(80)}\r\n`)).kind, "text");
  });

  it("is none when it is empty, too long, no text or has a zero in it, and says so without telling it", () => {
    const why = (content: Uint8Array): string => {
      const secret = secretOf(content);
      return secret.kind === "text" ? "fine" : secret.why;
    };
    assert.equal(why(octets("")), "is empty");
    assert.equal(why(octets("\n")), "is empty");
    assert.equal(why(octets("ä".repeat(41))), "has 82 octets, TCP MD5 takes 80");
    assert.equal(why(Uint8Array.of(0xff, 0xfe)), "is no text (UTF-8)");
    assert.equal(why(octets("hush\0")), "has a zero octet in it");
  });

  it("lies in the file name/key, and no name leads out of the folder", () => {
    assert.equal(secretPath({ name: "bgp", key: "tor.pass_1-a" }), "bgp/tor.pass_1-a");
    for (const name of ["", ".", "..", "..data", "a/b", "/etc", "a b"]) {
      assert.equal(secretPath({ name, key: "k" }), undefined, name);
      assert.equal(secretPath({ name: "bgp", key: name }), undefined, name);
    }
    assert.equal(secretPath({ key: "k" }), undefined);
  });
});

describe("secrets", () => {
  function setUp() {
    const files = new SimSecretFiles();
    const known = new Map<string, Secret>();
    const facts: AgentFact[] = [];
    let changes = 0;
    const secrets = new Secrets({
      files,
      tell: (fact) => facts.push(fact),
      onSecret: (change) => {
        if (change.kind === "set") known.set(change.key, change.value);
        else known.delete(change.key);
      },
      changed: () => void changes++,
    });
    return { files, known, facts, secrets, changes: () => changes };
  }

  it("are known when they were asked for, follow their files, and are forgotten when nobody asks", () => {
    const { files, known, secrets, changes } = setUp();
    files.write("bgp/a", "one");
    secrets.follow(new Set(["bgp/a", "bgp/b"]));
    assert.deepEqual(known.get("bgp/a"), { kind: "text", text: "one" });
    assert.deepEqual(known.get("bgp/b"), { kind: "missing", why: "/secrets/bgp/b cannot be read" });
    assert.equal(changes(), 0, "the caller is at work anyway");
    files.write("bgp/b", "two");
    assert.deepEqual([known.get("bgp/b"), changes()], [{ kind: "text", text: "two" }, 1]);
    files.write("bgp/b", "two");
    assert.equal(changes(), 1, "the same again is no news");
    secrets.follow(new Set(["bgp/a"]));
    files.write("bgp/b", "three");
    assert.deepEqual([[...known.keys()], changes()], [["bgp/a"], 1]);
    secrets.close();
    files.write("bgp/a", "four");
    assert.equal(changes(), 1);
  });

  it("are never in what is told", () => {
    const { files, facts, secrets } = setUp();
    files.write("bgp/a", "hush");
    secrets.follow(new Set(["bgp/a"]));
    for (const text of ["hush-hush", undefined, "", "hush"]) files.write("bgp/a", text);
    assert.deepEqual(
      facts.map((fact) => fact.fact === "agent.secret" && `${fact.file} ${fact.state}`),
      ["read", "changed", "missing", "bad", "changed"].map((state) => `/secrets/bgp/a ${state}`),
    );
    assert.ok(!JSON.stringify(facts).includes("hush"));
  });

  it("differ when their text or their trouble does", () => {
    const text = (value: string): Secret => ({ kind: "text", text: value });
    const missing: Secret = { kind: "missing", why: "a" };
    assert.ok(sameSecret(text("a"), text("a")) && sameSecret(missing, missing) && sameSecret(undefined, undefined));
    for (const other of [text("b"), missing, undefined]) assert.ok(!sameSecret(text("a"), other));
    assert.ok(!sameSecret(missing, { kind: "bad", why: "a" }) && !sameSecret(missing, { ...missing, why: "b" }));
  });
});
