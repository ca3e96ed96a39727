/**
 * Calls etcd's JSON gateway once: for what tests and benches need and a Store does not offer. Answers the JSON as text.
 * @throws Error with etcd's words.
 */
export async function gateway(endpoint: string, path: string, body: object, token?: string): Promise<string> {
  const headers = token === undefined ? {} : { authorization: token };
  const answer = await fetch(`${endpoint}/v3/${path}`, { method: "POST", body: JSON.stringify(body), headers });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${path}: ${text}`);
  return text;
}

/** Makes the user root with the password `secret` and demands passwords from now on. */
export async function enableUsers(endpoint: string): Promise<void> {
  await gateway(endpoint, "auth/user/add", { name: "root", password: "secret" });
  await gateway(endpoint, "auth/role/add", { name: "root" });
  await gateway(endpoint, "auth/user/grant", { user: "root", role: "root" });
  await gateway(endpoint, "auth/enable", {});
}
