// Bundles the extension into dist/, or with --tests each test into build/test/.
import { build } from "esbuild";
import { readdirSync, rmSync } from "node:fs";

const tests = process.argv.includes("--tests");
const production = process.argv.includes("--production");
const sources = readdirSync("test").filter((name) => name.endsWith(".test.ts"));
const outdir = tests ? "build/test" : "dist";

// What a file that is gone was bundled into would be run, or packed, for ever.
rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: tests ? sources.map((name) => `test/${name}`) : ["src/extension.ts"],
  outdir,
  bundle: true,
  format: "cjs",
  platform: "node",
  target: "node18",
  external: ["vscode"],
  minify: production,
  sourcemap: !production,
  logLevel: "warning",
});
