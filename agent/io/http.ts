import { createServer, type Server, type ServerResponse } from "node:http";

/** An answer to a GET: status code, type and text. */
export interface Page {
  readonly code: number;
  readonly type: "text/plain" | "application/json" | "text/html";
  readonly body: string;
}

/** Pages by path. */
export type Pages = Readonly<Record<string, () => Page | Promise<Page>>>;

function send(response: ServerResponse, page: Page): void {
  const body = Buffer.from(page.body);
  response.writeHead(page.code, {
    "content-type": `${page.type}; charset=utf-8`,
    "content-length": body.length,
    "cache-control": "no-store",
  });
  response.end(body);
}

/**
 * Serves pages to GET and HEAD until it is closed. Requests are bounded: no bodies, small headers, ten seconds.
 * @throws the system's error (EADDRINUSE, EACCES …) when it cannot listen.
 */
export async function servePages(host: string, port: number, pages: Pages): Promise<Server> {
  const server = createServer(
    { maxHeaderSize: 8192, requestTimeout: 10_000, headersTimeout: 10_000 },
    (request, response) => {
      const path = (request.url ?? "/").split("?")[0]!;
      if (request.method !== "GET" && request.method !== "HEAD")
        return send(response, { code: 405, type: "text/plain", body: "only GET\n" });
      const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
      if (!page) return send(response, { code: 404, type: "text/plain", body: `${Object.keys(pages).join("\n")}\n` });
      Promise.resolve(page()).then(
        (answer) => send(response, answer),
        (error: unknown) => send(response, { code: 500, type: "text/plain", body: `${String(error)}\n` }),
      );
    },
  );
  server.maxConnections = 64;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host === "" ? undefined : host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  return server;
}

/** JSON, indented for people. */
export function jsonPage(value: unknown, code = 200): Page {
  return { code, type: "application/json", body: `${JSON.stringify(value, null, 2)}\n` };
}
