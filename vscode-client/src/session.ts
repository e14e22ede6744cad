/** The one connection to a server: started when it is needed, once, and again when it must be. */

import { commands, type ExtensionContext, window } from "vscode";
import { type LanguageClient, State } from "vscode-languageclient/node";

import { createClient, tellOfSettings } from "./client";
import { type Logs, reason } from "./logger";
import type { Program } from "./pure/locate";
import { mismatch } from "./pure/version";
import { interpreterChanged } from "./python";
import type { Review } from "./review";
import { findServer } from "./server";
import type { StatusItem } from "./status";

/** What a server may be able to do beyond the protocol; each is a context key as well. */
export const ABILITIES = { canRepair: "fairlead.repair", canEdit: "fairlead.edit" } as const;

export class Session {
  program: Program | undefined;
  private client: LanguageClient | undefined;
  private begun: Promise<void> | undefined;
  private watching = false;

  constructor(
    private readonly context: ExtensionContext,
    private readonly logs: Logs,
    private readonly status: StatusItem,
    private readonly review: Review,
    private readonly onAbsent: () => void,
  ) {}

  /** The client, if the server runs. */
  running(): LanguageClient | undefined {
    return this.client?.state === State.Running ? this.client : undefined;
  }

  /** Whether a start was asked for, no matter what has become of it. */
  started(): boolean {
    return this.begun !== undefined;
  }

  /** Starts the server unless that has been done. */
  start(): Promise<void> {
    this.begun ??= this.begin();
    return this.begun;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async stop(): Promise<void> {
    await this.begun;
    const { client } = this;
    this.client = this.begun = undefined;
    try {
      await client?.dispose();
    } catch (error) {
      // One that never came up, or died, refuses to be stopped; there is nothing left to stop.
      this.logs.main.debug(`The former server: ${reason(error)}`);
    }
  }

  /** Has `work` done while no server runs or is started; to be followed by a restart. */
  async pause(work: () => Promise<void>): Promise<void> {
    await this.stop();
    const done = work();
    this.begun = done.catch(() => undefined);
    return done;
  }

  /** Takes what can now be known: another server is started, the one that runs is told to ask for its settings. */
  async renew(): Promise<void> {
    if (!this.started()) return;
    await this.begun;
    const client = this.running();
    if (client === undefined || (await this.isOutdated())) await this.restart();
    else await tellOfSettings(client);
  }

  /** Whether another program would be started now. One that cannot be found any more goes on running. */
  private async isOutdated(): Promise<boolean> {
    const found = await findServer(this.context, this.logs).catch(() => undefined);
    return found !== undefined && found.file !== this.program?.file;
  }

  /** Takes what another interpreter brings. This starts the Python extension, and waits until a server is wanted. */
  private async watchInterpreter(): Promise<void> {
    if (this.watching) return;
    this.watching = true;
    const changed = await interpreterChanged(this.logs);
    if (changed === undefined) return;
    const listener = changed(() => {
      this.logs.main.info("Another interpreter was selected.");
      void this.renew();
    });
    this.context.subscriptions.push(listener);
  }

  private async begin(): Promise<void> {
    void this.watchInterpreter();
    this.program = undefined;
    this.status.update({ server: "starting", status: undefined, remark: undefined });
    try {
      this.program = await findServer(this.context, this.logs);
      if (this.program) await this.connect(this.program);
      else this.status.update({ server: "absent" });
    } catch (error) {
      this.logs.main.error(reason(error));
      this.status.update({ server: "stopped", remark: reason(error) });
    }
    if (this.program === undefined) this.onAbsent();
  }

  private async connect(program: Program): Promise<void> {
    const client = await createClient(program, this.context, this.logs, this.review, (status) => {
      this.status.update({ status });
    });
    this.client = client;
    client.onDidChangeState(({ newState }) => {
      if (this.client === client) this.tell(newState);
    });
    await client.start();
    const version = client.initializeResult?.serverInfo?.version;
    const ours = (this.context.extension.packageJSON as { version: string }).version;
    const remark = mismatch(ours, version);
    if (remark !== undefined) void this.tellMismatch(remark, program);
    this.status.update({ server: "running", version, remark });
  }

  private async tellMismatch(remark: string, program: Program): Promise<void> {
    this.logs.main.warn(remark);
    const update = program.origin === "installed" ? ["Update the Server"] : [];
    if (await window.showWarningMessage(remark, ...update)) await commands.executeCommand("fairlead.install");
  }

  private tell(state: State): void {
    const running = state === State.Running;
    const offered = this.client?.initializeResult?.capabilities.executeCommandProvider?.commands;
    void commands.executeCommand("setContext", "fairlead.running", running);
    for (const [key, command] of Object.entries(ABILITIES)) {
      const able = running && offered?.includes(command);
      void commands.executeCommand("setContext", `fairlead.${key}`, able);
    }
    if (running) this.status.update({ server: "running" });
    else this.status.update({ server: state === State.Starting ? "starting" : "stopped", status: undefined });
  }
}
