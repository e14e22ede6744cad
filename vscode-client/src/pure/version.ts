/** Whether a client and a server that were made apart can be expected to work together. */

export type Fit = "fits" | "serverOlder" | "serverNewer";

/** Compares the parts of two versions that say what is compatible: major and minor. */
export function fit(client: string, server: string): Fit {
  const [ours, theirs] = [parts(client), parts(server)];
  const difference = (theirs[0] - ours[0]) || (theirs[1] - ours[1]);
  if (difference === 0) return "fits";
  return difference < 0 ? "serverOlder" : "serverNewer";
}

/** What to tell the user, nothing if the versions fit or the server does not tell its own. */
export function mismatch(client: string, server: string | undefined): string | undefined {
  if (server === undefined || fit(client, server) === "fits") return undefined;
  const older = fit(client, server) === "serverOlder" ? "the server" : "the extension";
  return `The extension is fairlead ${client}, the server is ${server}; ${older} should be updated.`;
}

function parts(version: string): [number, number] {
  const found = /^(\d+)\.(\d+)/.exec(version);
  return found ? [Number(found[1]), Number(found[2])] : [0, 0];
}
