// Bundles the extension into dist/, or with --tests each test into build/test/.
import { build } from "esbuild";
import { readdirSync } from "node:fs";

const tests = process.argv.includes("--tests");
const production = process.argv.includes("--production");
const sources = readdirSync("test").filter((name) => name.endsWith(".test.ts"));

await build({
  entryPoints: tests ? sources.map((name) => `test/${name}`) : ["src/extension.ts"],
  outdir: tests ? "build/test" : "dist",
  bundle: true,
  format: "cjs",
  platform: "node",
  target: "node20",
  external: ["vscode"],
  minify: production,
  sourcemap: !production,
  logLevel: "warning",
});
