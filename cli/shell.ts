import type { SocketRequest } from "../agent/api/socket.ts";
import type { Store } from "../datastore/store.ts";
import type { Clock } from "../lib/clock.ts";
import type { Random } from "../lib/random.ts";

/** Variables as the process was given them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the commands ask of the machine they run on: small enough to fake whole. */
export interface Shell {
  readonly environment: Environment;
  /** The version of this program, `v1.2.3`. */
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  /** The text of a file, `-` for standard input. @throws CliError when it cannot be read */
  read(path: string): Promise<string>;
  /** The octets of a file bit by bit, `-` for standard input; what gzip packed is unpacked. @throws CliError as `read` */
  open(path: string): AsyncIterable<Uint8Array>;
  /** The text of a file, or undefined when there is none. @throws CliError when it is there and cannot be read */
  readIfThere(path: string): Promise<string | undefined>;
  /** Makes or replaces a file that only its owner may read. @throws CliError when it cannot be written */
  write(path: string, text: string): Promise<void>;
  /** The path itself, or for a folder its .yaml, .yml and .json files in order of names, deeper ones too when asked. */
  files(path: string, recursive: boolean): Promise<readonly string[]>;
  /** The store that an environment names; it is closed by who asked for it. */
  openStore(environment: Environment): Promise<Store>;
  /** Sends one request to an agent's socket and answers what came back. @throws CliError when nobody answers */
  ask(socket: string, request: SocketRequest): Promise<unknown>;
  /** Runs `bin/manx` with these words on this machine and terminal; answers its exit status. @throws CliError when it cannot be started */
  manx(words: readonly string[]): Promise<number>;
  /** Writes to standard output as it is. */
  print(text: string): void;
  /** Writes to standard error as it is. */
  complain(text: string): void;
}
