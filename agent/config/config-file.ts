/** What a configuration file says, as the environment would say it, and the lines that say nothing. */
export interface ConfigFile {
  /** By the names of the environment: `FELIX_…` in capitals. */
  readonly variables: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
}

/**
 * Felix's configuration file: `[global]`, then `Name = value` a line, names in any case; `#` and `;` begin comments. Parameters that
 * are not ours are passed over, as those of the environment are. Source: Calico felix/config/file_loader.go.
 */
export function parseConfigFile(path: string, text: string): ConfigFile {
  const variables: Record<string, string> = {};
  const problems: string[] = [];
  let section = "global";
  for (const [i, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    const header = /^\[(.*)\]$/.exec(line)?.[1];
    if (header !== undefined) section = header.trim().toLowerCase();
    else if (section === "global") {
      const [, name, value = ""] = /^([A-Za-z0-9_]{1,80})\s*[=:]\s*(.*)$/.exec(line) ?? [];
      if (name === undefined) {
        const said = line.slice(0, 60);
        problems.push(`${path}: line ${i + 1} = '${said}': [global], a comment, or Name = value would be right`);
      } else if (value !== "") variables[`FELIX_${name.toUpperCase()}`] = unquoted(value);
    }
  }
  return { variables, problems };
}

function unquoted(value: string): string {
  return /^"(.*)"$/.exec(value)?.[1] ?? value;
}
