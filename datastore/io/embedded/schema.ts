/** The tables: the present, the bounded past, and one row of counters. Keys compare by their octets. */
export const schema = `
CREATE TABLE IF NOT EXISTS meta (
  id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL, compacted INTEGER NOT NULL
) STRICT;
INSERT OR IGNORE INTO meta VALUES (1, 1, 0);
CREATE TABLE IF NOT EXISTS entry (
  key TEXT PRIMARY KEY, value TEXT NOT NULL, revision INTEGER NOT NULL, expires INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entry_expires ON entry (expires) WHERE expires IS NOT NULL;
CREATE TABLE IF NOT EXISTS log (
  revision INTEGER NOT NULL, step INTEGER NOT NULL, key TEXT NOT NULL, value TEXT, PRIMARY KEY (revision, step)
) STRICT, WITHOUT ROWID;
`;

/** Settings of every connection. No waiting inside SQLite: a busy file is tried again later, the loop goes on meanwhile. */
export const pragmas = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA busy_timeout = 0;
`;
