import type { Finding } from "../finding.ts";
import { resolve } from "../import.ts";
import { lineAt } from "../source.ts";
import type { Page, Tree } from "../tree.ts";

/** Things in back quotes and link targets. */
const quoted = /`([^`\n]+)`|\]\(([^)\s]+)\)/g;
const extension = /\.(ts|md|sh|py|c|h|ya?ml|json|golden|conf|txt)$/;

/** Every path that a page names exists: a map of the code that nothing checks is wrong by tomorrow. */
export function pagePaths(tree: Tree): Finding[] {
  const known = new Set(tree.paths);
  for (const path of tree.paths) {
    const parts = path.split("/");
    for (let n = 1; n < parts.length; n++) known.add(parts.slice(0, n).join("/"));
    for (const folder of parts.slice(0, -1)) known.add(`${folder}/`);
  }
  return tree.pages.flatMap((page) => missing(page, known));
}

function missing(page: Page, known: ReadonlySet<string>): Finding[] {
  return [...page.text.matchAll(quoted)].flatMap((match) => {
    const named = (match[1] ?? match[2])!.replace(/#.*$/, "");
    if (!isPath(named, match[2] !== undefined)) return [];
    const bare = named.replace(/\/$/, "");
    const places = [resolve(page.path, bare), resolve("", bare)];
    // `io/` alone means the folders of that name, wherever they are
    if (known.has(named) || places.some((place) => place === "" || known.has(place))) return [];
    const right = "name a path that exists, from this page or from the root";
    return [{ path: page.path, line: lineAt(page.text, match.index), wrong: `\`${named}\` does not exist`, right }];
  });
}

/** Whether a quoted text means a file or folder of this tree, rather than a command, a key or a file elsewhere. */
function isPath(text: string, isLink: boolean): boolean {
  if (text === "" || /^[a-z]+:/.test(text) || /^[/~$.]\/?$|^[/~$<]/.test(text) || /[\s*{}<>$…|=,]/.test(text))
    return false;
  if (isLink) return true;
  if (!text.includes("/")) return false;
  return extension.test(text) || text.endsWith("/");
}
