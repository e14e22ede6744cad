/** Puts a folder in the place of another without a moment in which a failure would leave neither. */

import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";

const FORCE = { recursive: true, force: true };

/**
 * Has `make` make `folder` anew. What was there is set aside meanwhile, since an environment works at its own place
 * only, and comes back when `make` fails, or at the next attempt when there was no time for that.
 */
export async function replace(folder: string, make: () => Promise<void>): Promise<void> {
  const former = `${folder}.former`;
  if (existsSync(former)) await restore(former, folder);
  const existed = existsSync(folder);
  if (existed) await rename(folder, former);
  try {
    await make();
  } catch (error) {
    if (existed) await restore(former, folder);
    else await rm(folder, FORCE);
    throw error;
  }
  await rm(former, FORCE);
}

async function restore(former: string, folder: string): Promise<void> {
  await rm(folder, FORCE);
  await rename(former, folder);
}
