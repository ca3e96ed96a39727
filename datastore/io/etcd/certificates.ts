import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a certificate is for, and for how long it is good. */
export interface CertificateOrder {
  readonly name: string;
  readonly usage: "server" | "client";
  /** Milliseconds of the wall clock; whole seconds count. */
  readonly notAfter: number;
  /** `IP:127.0.0.1` or `DNS:name`. */
  readonly altName?: string;
}

/** A CA in a folder, for tests, labs and demos; needs the openssl program. */
export class Authority {
  readonly #folder: string;
  readonly #name: string;

  /** Makes `NAME.pem` and `NAME.key` in the folder. @throws Error when openssl is missing. */
  constructor(folder: string, name = "ca") {
    this.#folder = folder;
    this.#name = name;
    const files = ["-keyout", `${name}.key`, "-out", `${name}.pem`];
    this.#openssl("req", "-x509", ...newKey, "-days", "1", "-subj", `/CN=${name}`, ...files);
    for (const [file, text] of [
      ["index", ""],
      ["serial", "01"],
    ] as const)
      this.#write(`${name}.${file}`, text);
    this.#write(`${name}.cnf`, configuration(name));
  }

  /** Makes or replaces `NAME.pem` and `NAME.key` in the folder, signed by this CA and good from an hour ago. */
  issue({ name, usage, notAfter, altName = "IP:127.0.0.1" }: CertificateOrder): void {
    const files = ["-keyout", `${name}.key`, "-out", `${name}.csr`];
    this.#openssl("req", ...newKey, "-subj", `/CN=${name}`, ...files);
    this.#write(`${name}.ext`, `subjectAltName=${altName}\nextendedKeyUsage=${usage}Auth\n`);
    const dates = ["-startdate", asn1(notAfter - 3_600_000), "-enddate", asn1(notAfter)];
    const [config, extensions] = [`${this.#name}.cnf`, `${name}.ext`];
    const how = ["-batch", "-notext", "-config", config, "-extfile", extensions];
    this.#openssl("ca", ...how, ...dates, "-in", `${name}.csr`, "-out", `${name}.pem`);
  }

  #openssl(...flags: string[]): void {
    execFileSync("openssl", flags, { cwd: this.#folder, stdio: "pipe" });
  }

  #write(file: string, text: string): void {
    writeFileSync(join(this.#folder, file), text);
  }
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

function configuration(name: string): string {
  const settings = [`database = ${name}.index`, `serial = ${name}.serial`, "new_certs_dir = .", "default_md = sha256"];
  settings.push(`certificate = ${name}.pem`, `private_key = ${name}.key`, "unique_subject = no", "policy = any");
  return `[ca]\ndefault_ca = this\n[this]\n${settings.join("\n")}\n[any]\ncommonName = supplied\n`;
}

/** `20261121071700Z` */
function asn1(wall: number): string {
  return `${new Date(wall).toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`;
}
