import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { checkServerIdentity, connect, type DetailedPeerCertificate, type TLSSocket } from "node:tls";
import type { TrustFacts } from "../../store.ts";
import { tlsFiles } from "./credentials.ts";
import type { EtcdSettings } from "./settings.ts";

/** Why TLS with an endpoint fails, for people and for programs. */
export interface TlsTrouble {
  readonly why: string;
  readonly facts: Pick<TrustFacts, "reason" | "file" | "subject" | "notAfter">;
}

/** How long, in milliseconds, a server that checks our certificate may take to say no once the handshake is over. */
const alertWait = 400;

const iso = (date: string): string => new Date(date).toISOString();

/** A distinguished name on one line, as it stands in the certificate. */
function nameOf(subject: object): string {
  return Object.entries(subject)
    .map(([field, value]) => `${field}=${String(value)}`)
    .join(",");
}

/** Says what is wrong with the first certificate of a file of ours by its dates alone. */
function datesOf(file: string, what: string, content: Buffer, now: number): TlsTrouble | undefined {
  const certificate = new X509Certificate(content);
  const subject = certificate.subject.replaceAll("\n", ",");
  const [from, notAfter] = [iso(certificate.validFrom), iso(certificate.validTo)];
  const facts = { file, subject, notAfter };
  if (Date.parse(notAfter) <= now) {
    const why = `the ${what} ${file} (${subject}) expired on ${notAfter}; put a new one in its place`;
    return { why, facts: { ...facts, reason: "expired" } };
  }
  if (Date.parse(from) <= now) return undefined;
  const why = `the ${what} ${file} (${subject}) is not valid before ${from}; check this machine's clock`;
  return { why, facts: { ...facts, reason: "not-yet-valid" } };
}

/** The certificate of a chain whose time is over, else the first. */
function culprit(chain: DetailedPeerCertificate, now: number): DetailedPeerCertificate {
  for (let at = chain, depth = 0; depth < 10; depth++) {
    if (Date.parse(at.valid_to) <= now) return at;
    if (!at.issuerCertificate || at.issuerCertificate === at) break;
    at = at.issuerCertificate;
  }
  return chain;
}

function serverTrouble(socket: TLSSocket, name: string, settings: EtcdSettings, now: number): TlsTrouble | undefined {
  const chain = socket.getPeerCertificate(true);
  // Node's types call it an Error; it is the code of the verification's error.
  const code = socket.authorizationError === null ? "" : String(socket.authorizationError ?? "");
  const bad = culprit(chain, now);
  const subject = nameOf(bad.subject ?? {});
  const facts = { subject, notAfter: bad.valid_to ? iso(bad.valid_to) : "" };
  if (code === "CERT_HAS_EXPIRED") {
    const why = `its certificate (${subject}) expired on ${facts.notAfter}; renew it there`;
    return { why, facts: { ...facts, reason: "expired" } };
  }
  if (code === "CERT_NOT_YET_VALID") {
    const why = `its certificate (${subject}) is not valid before ${iso(bad.valid_from)}; check this machine's clock`;
    return { why, facts: { ...facts, reason: "not-yet-valid" } };
  }
  if (code !== "" && code !== "ERR_TLS_CERT_ALTNAME_INVALID") {
    const file = settings.caFile;
    const where = file === undefined ? "by this system's CAs; set ETCD_CA_CERT_FILE" : `by a CA of ${file}`;
    const why = `its certificate (${subject}, until ${facts.notAfter}) is not signed ${where} (${code})`;
    return { why, facts: { ...facts, ...(file !== undefined && { file }), reason: "unknown-ca" } };
  }
  if (!checkServerIdentity(name, chain)) return undefined;
  const why = `its certificate (${subject}, until ${facts.notAfter}) is for ${chain.subjectaltname ?? "no name"}, not for ${name}`;
  return { why, facts: { ...facts, reason: "wrong-name" } };
}

/** What the server's alert means: nearly always our certificate, or that there is none. */
function alertTrouble(error: Error, settings: EtcdSettings, cert: X509Certificate | undefined): TlsTrouble {
  const words = "reason" in error && typeof error.reason === "string" ? error.reason : error.message;
  if (/wrong version number|packet length too long|http request/i.test(words)) {
    return { why: "it does not speak TLS there; an endpoint with http:// would be right", facts: { reason: "no-tls" } };
  }
  if ("code" in error && error.code === "ECONNRESET") {
    const why = "it ends the TLS handshake without a word; perhaps it does not speak TLS and http:// would be right";
    return { why, facts: { reason: "no-tls" } };
  }
  if (!/alert/i.test(words)) return { why: `TLS failed: ${words}`, facts: { reason: "other" } };
  if (!cert || settings.certFile === undefined) {
    const why = `it wants a client certificate (${words}); set ETCD_CERT_FILE and ETCD_KEY_FILE`;
    return { why, facts: { reason: "client-refused" } };
  }
  const [file, subject, notAfter] = [settings.certFile, cert.subject.replaceAll("\n", ","), iso(cert.validTo)];
  const why = `it refuses the client certificate ${file} (${subject}, until ${notAfter}): ${words}`;
  return { why, facts: { reason: "client-refused", file, subject, notAfter } };
}

/**
 * Shakes hands with an endpoint once, by itself, to learn why gRPC cannot: gRPC tells an alert's words at best. Undefined
 * when nothing is wrong with TLS, or the endpoint cannot be reached at all. Never sends anything after the handshake.
 * `now` is the wall clock's time. @throws StoreRefused when a TLS file cannot be read.
 */
export async function tlsTrouble(
  url: URL,
  settings: EtcdSettings,
  now: number,
  within: number,
): Promise<TlsTrouble | undefined> {
  const files = tlsFiles(settings);
  const ours = files.cert instanceof Buffer ? files.cert : undefined;
  const own = ours && datesOf(settings.certFile!, "client certificate", ours, now);
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const name = settings.serverName ?? host;
  const port = Number(url.port || 443);
  const servername = isIP(name) === 0 ? name : "";
  const socket = connect({ host, port, servername, ...files, ALPNProtocols: ["h2"], rejectUnauthorized: false });
  try {
    return await new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), within);
      socket.once("close", () => clearTimeout(timer));
      let secured = false;
      socket.once("secureConnect", () => {
        secured = true;
        const trouble = serverTrouble(socket, name, settings, now);
        if (trouble) resolve(trouble);
        else setTimeout(() => resolve(undefined), alertWait);
      });
      socket.on("error", (error: Error & { readonly syscall?: string }) => {
        if (error.syscall === "connect") resolve(undefined);
        else if (error.syscall !== undefined && secured) resolve(own);
        else resolve(own ?? alertTrouble(error, settings, ours && new X509Certificate(ours)));
      });
    });
  } finally {
    socket.destroy();
  }
}
