import assert from "node:assert/strict";
import fc from "fast-check";
import { type EventName, events } from "./event.ts";
import { type Action, type Guards, step } from "./fsm.ts";
import { type State, states } from "./state.ts";

/**
 * RFC 4271 8.2.2 once more, transcribed by hand and in another notation than the table under test: a row for each event,
 * a cell for each state. `–` changes nothing; `→S` is the next state; `c0` and `c+` are the counter; CR, DO, KA and H are
 * the timers, `×` stopped, `↻` started; `H240` the large hold time; `!6` a NOTIFICATION of that code, `!f` of the fault
 * at hand; `A ? x : y` depends on the guard A.
 */
const rfc = `
 1 | c0 CR↻ dial →Connect | – | – | – | – | –
 2 | – | CR× drop c0 →Idle | CR× drop c0 →Idle | !6 CR× drop c0 →Idle | !6 CR× drop c0 →Idle | !6 CR× drop c0 →Idle
 3 | c0 CR↻ dial →Connect | – | – | – | – | –
 4 | c0 CR↻ →Active | – | – | – | – | –
 5 | c0 CR↻ →Active | – | – | – | – | –
 6 | – | – | – | – | – | –
 7 | – | – | – | – | – | –
 8 | – | CR× drop c+ →Idle | CR× drop c+ →Idle | !6 CR× drop c+ →Idle | !6 CR× drop c+ →Idle | !6 CR× drop c+ →Idle
 9 | – | drop CR↻ DO× dial →Connect | CR↻ dial →Connect | !5 CR× drop c+ →Idle | !5 CR× drop c+ →Idle | !5 CR× drop c+ →Idle
10 | – | CR× drop c+ →Idle | CR× drop c+ →Idle | !4 CR× drop c+ →Idle | !4 CR× drop c+ →Idle | !4 CR× drop c+ →Idle
11 | – | CR× drop c+ →Idle | CR× drop c+ →Idle | !5 CR× drop c+ →Idle | KA KA↻ →OpenConfirm | KA KA↻ →Established
12 | – | OPEN H240 →OpenSent | CR× DO× OPEN H240 →OpenSent | !5 CR× drop c+ →Idle | !5 CR× drop c+ →Idle | !5 CR× drop c+ →Idle
13 | – | CR× drop c+ →Idle | CR× drop c+ →Idle | !5 CR× drop c+ →Idle | !5 CR× drop c+ →Idle | !5 CR× drop c+ →Idle
14 | – | – | – | – | – | –
15 | – | – | – | – | – | –
16 | – | delayOpen ? CR× DO↻ →Connect : CR× OPEN H240 →OpenSent | delayOpen ? CR× DO↻ →Active : CR× OPEN H240 →OpenSent | – | – | –
17 | – | delayOpen ? CR× DO↻ →Connect : CR× OPEN H240 →OpenSent | delayOpen ? CR× DO↻ →Active : CR× OPEN H240 →OpenSent | – | – | –
18 | – | delayOpenRunning ? CR↻ DO× →Active : CR× drop →Idle | CR↻ DO× drop c+ →Idle | drop CR↻ →Active | CR× drop c+ →Idle | CR× drop c+ →Idle
19 | – | CR× drop c+ →Idle | CR× drop c+ →Idle | DO× CR× KA KA↻ H↻ →OpenConfirm | !6 CR× drop c+ →Idle | !6 CR× drop c+ →Idle
20 | – | CR× DO× OPEN KA KA↻ H↻ →OpenConfirm | CR× DO× OPEN KA KA↻ H↻ →OpenConfirm | !5 CR× drop c+ →Idle | !5 CR× drop c+ →Idle | !5 CR× drop c+ →Idle
21 | – | CR× drop c+ →Idle | CR× drop c+ →Idle | !f CR× drop c+ →Idle | !f CR× drop c+ →Idle | !5 CR× drop c+ →Idle
22 | – | CR× drop c+ →Idle | CR× drop c+ →Idle | !f CR× drop c+ →Idle | !f CR× drop c+ →Idle | !5 CR× drop c+ →Idle
23 | – | CR× drop c+ →Idle | CR× drop c+ →Idle | !6 CR× drop c+ →Idle | !6 CR× drop c+ →Idle | !6 CR× drop c+ →Idle
24 | – | delayOpenRunning ? CR× DO× drop →Idle : CR× drop c+ →Idle | delayOpenRunning ? CR× DO× drop →Idle : CR× drop c+ →Idle | CR× drop →Idle | CR× drop →Idle | CR× drop c+ →Idle
25 | – | CR× drop c+ →Idle | CR× drop c+ →Idle | !5 CR× drop c+ →Idle | CR× drop c+ →Idle | CR× drop c+ →Idle
26 | – | CR× drop c+ →Idle | CR× drop c+ →Idle | !5 CR× drop c+ →Idle | H↻ →Established | H↻ →Established
27 | – | CR× drop c+ →Idle | CR× drop c+ →Idle | !5 CR× drop c+ →Idle | !5 CR× drop c+ →Idle | update H↻ →Established
28 | – | CR× drop c+ →Idle | CR× drop c+ →Idle | !5 CR× drop c+ →Idle | !5 CR× drop c+ →Idle | !f CR× drop c+ →Idle`;

/** Where the table means to differ from the letter, and what it says instead. The README gives the reasons. */
const deviations: Readonly<Record<string, string>> = {
  "3 Idle": "CR↻ dial →Connect",
  "5 Idle": "CR↻ →Active",
  "18 Connect": "drop CR↻ DO× →Active",
  "18 Active": "DO× drop c+ →Idle",
  "19 OpenConfirm": "!5 CR× drop c+ →Idle",
  "19 Established": "!5 CR× drop c+ →Idle",
  "21 Established": "!f CR× drop c+ →Idle",
  "22 Established": "!f CR× drop c+ →Idle",
  "23 Connect": "delayOpenRunning ? !6 CR× DO× drop →Idle : CR× drop →Idle",
  "23 Active": "delayOpenRunning ? !6 CR× DO× drop →Idle : CR× drop →Idle",
  "23 OpenSent": "!6 CR× drop →Idle",
  "23 OpenConfirm": "!6 CR× drop →Idle",
  "23 Established": "!6 CR× drop →Idle",
  "25 OpenSent": "CR× drop c+ →Idle",
};

const word: { readonly [A in Action]: string } = {
  zeroCounter: "c0",
  countFailure: "c+",
  dial: "dial",
  drop: "drop",
  startConnectRetry: "CR↻",
  stopConnectRetry: "CR×",
  startDelayOpen: "DO↻",
  stopDelayOpen: "DO×",
  startLargeHold: "H240",
  startHold: "H↻",
  startKeepalive: "KA↻",
  sendOpen: "OPEN",
  sendKeepalive: "KA",
  deliverUpdate: "update",
  notifyCease: "!6",
  notifyHoldTimer: "!4",
  notifyFsm: "!5",
  notifyFault: "!f",
};

const cells = rfc
  .trim()
  .split("\n")
  .map((line) => line.split("|").map((cell) => cell.trim()));

function expected(number: number, state: State, guards: Guards): string {
  const letter = cells[number - 1]![states.indexOf(state) + 1]!;
  const cell = deviations[`${number} ${state}`] ?? letter;
  const choice = /^(\w+) \? (.*) : (.*)$/.exec(cell);
  if (!choice) return cell;
  return guards[choice[1] as keyof Guards] ? choice[2]! : choice[3]!;
}

function said(state: State, event: EventName, guards: Guards): string {
  const { to, does } = step(state, event, guards);
  if (does.length === 0 && to === state) return "–";
  return [...does.map((action) => word[action]), `→${to}`].join(" ");
}

const allGuards: readonly Guards[] = [false, true].flatMap((delayOpen) =>
  [false, true].map((delayOpenRunning) => ({ delayOpen, delayOpenRunning })),
);

describe("the state machine of RFC 4271 8.2.2", () => {
  it("has 28 events and 6 states, all of them in the transcription", () => {
    assert.equal(events.length, 28);
    assert.equal(states.length, 6);
    assert.equal(cells.length, 28);
    assert.ok(cells.every((row) => row.length === 7));
  });

  for (const state of states) {
    for (const [index, event] of events.entries()) {
      it(`${state}, event ${index + 1} (${event})`, () => {
        for (const guards of allGuards) {
          assert.equal(said(state, event, guards), expected(index + 1, state, guards), JSON.stringify(guards));
        }
      });
    }
  }

  it("deviates only where it says so", () => {
    for (const key of Object.keys(deviations)) {
      const [number, state] = key.split(" ") as [string, State];
      assert.notEqual(cells[Number(number) - 1]![states.indexOf(state) + 1], deviations[key], `${key} is the letter`);
    }
  });

  it("never throws, comes to Established only through OpenConfirm, and closes whenever it goes to Idle", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...events), { maxLength: 60 }),
        fc.constantFrom(...allGuards),
        (history, guards) => {
          let state: State = "Idle";
          for (const event of history) {
            const { to, does }: ReturnType<typeof step> = step(state, event, guards);
            if (to === "Established") assert.ok(state === "OpenConfirm" || state === "Established");
            if (to === "Idle" && state !== "Idle") assert.ok(does.includes("drop"));
            if (does.some((action) => action.startsWith("notify"))) assert.equal(to, "Idle");
            state = to;
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
