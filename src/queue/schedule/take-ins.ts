import { LEASE_MS, type Store } from '../../store/index.ts'
import type { Observer } from '../observer.ts'

export type TakeInWork = {
  readonly store: Pick<Store, 'takeUpRun' | 'runTakenIn'>
  /**
   * Takes a folder in as backlog; ends early when the signal fires. What is there already may be taken in again.
   * @throws when the folder cannot be reached: it may hold what nobody has seen.
   */
  readonly takeIn: (folder: string, signal: AbortSignal) => Promise<void>
  readonly observer: Pick<Observer, 'trouble'>
}

type Run = { readonly name: string; readonly dueAt: string; readonly folders: readonly string[] }

/**
 * What runs begin with, being taken in: hours of work, perhaps, beside which backlog is let go as ever. One process at a time is at
 * a run; when it goes away meanwhile, another one starts over.
 */
export class TakeIns {
  private readonly running = new Map<string, Promise<void>>()
  /** Folders that this process has taken in, by run: where one cannot be reached, the others are not taken in again and again. */
  private readonly done = new Map<string, { readonly dueAt: string; readonly folders: Set<string> }>()

  /** Begins with a run, unless its schedule is at one. */
  begin(work: TakeInWork, run: Run, signal: AbortSignal): void {
    if (this.running.has(run.name)) return
    const taking = this.takeIn(work, run, signal)
      .catch((error) => work.observer.trouble('schedule', error))
      .finally(() => this.running.delete(run.name))
    this.running.set(run.name, taking)
  }

  /** All that was begun has ended. */
  async settled(): Promise<void> {
    await Promise.all(this.running.values())
  }

  private async takeIn(work: TakeInWork, { name, dueAt, folders }: Run, signal: AbortSignal): Promise<void> {
    const { store, observer } = work
    if (!(await store.takeUpRun(name, dueAt))) return
    const renewal = setInterval(() => {
      store.takeUpRun(name, dueAt).catch((error) => observer.trouble('schedule', error))
    }, LEASE_MS / 4)
    const done = this.doneOf(name, dueAt)
    try {
      for (const folder of folders) {
        if (done.has(folder)) continue
        try {
          await work.takeIn(folder, signal)
          if (!signal.aborted) done.add(folder)
        } catch (error) {
          // The next look tries it again; here, or where it can be reached.
          observer.trouble('schedule', error)
        }
        if (signal.aborted) return
      }
    } finally {
      clearInterval(renewal)
    }
    if (folders.every((folder) => done.has(folder))) await store.runTakenIn(name, dueAt)
  }

  private doneOf(name: string, dueAt: string): Set<string> {
    const known = this.done.get(name)
    if (known?.dueAt === dueAt) return known.folders
    const folders = new Set<string>()
    this.done.set(name, { dueAt, folders })
    return folders
  }
}
