/** Where the program is: the setting, else PATH and the places of `pip --user`, `uv tool` and `pipx`. No shell is asked. */

import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";

const NAME = process.platform === "win32" ? "statuswatch.exe" : "statuswatch";

/** The program to start. A relative setting is refused, so that no folder that is open can bring its own. Falls back to the bare name. */
export function findProgram(setting: string, environment: NodeJS.ProcessEnv = process.env, home: string = homedir()): string {
  const given = setting.trim();
  if (given !== "") return isAbsolute(given) ? given : join(home, ".local", "bin", NAME);
  const folders = (environment["PATH"] ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  const places = [...folders, join(home, ".local", "bin"), join(home, ".local", "share", "uv", "tools", "statuswatch", "bin"), join(home, ".local", "pipx", "venvs", "statuswatch", "bin")];
  return places.map((folder) => join(folder, NAME)).find(isProgram) ?? NAME;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
