import { spawn } from "node:child_process";

/** How a command ended and everything it printed, both streams in the order of arrival. */
export interface Ended {
  readonly ok: boolean;
  readonly output: string;
  readonly seconds: number;
}

/** How to run a command: whether its output is also shown as it comes, and how long it may take. */
export interface How {
  readonly show: boolean;
  readonly deadlineSeconds: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end. One that lasts longer than its deadline is ended with all that it started. */
export function command(program: string, args: readonly string[], how: How): Promise<Ended> {
  const begun = performance.now();
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env: { ...process.env, ...how.env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let output = "";
    const take = (chunk: Buffer): void => {
      output += chunk.toString();
      if (how.show) process.stdout.write(chunk);
    };
    const end = (signal: NodeJS.Signals): void => {
      if (child.pid) process.kill(-child.pid, signal);
    };
    const timer = setTimeout(() => {
      output += `\n${program} did not end in ${how.deadlineSeconds} s\n`;
      end("SIGKILL");
    }, how.deadlineSeconds * 1000);
    const pass = (signal: NodeJS.Signals): void => end(signal);
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, pass);
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    const finish = (ok: boolean, more = ""): void => {
      clearTimeout(timer);
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, pass);
      resolve({ ok, output: output + more, seconds: (performance.now() - begun) / 1000 });
    };
    child.on("error", (error) => finish(false, `${program}: ${error.message}\n`));
    child.on("close", (code) => finish(code === 0));
  });
}
