/** Wrong attempts that are allowed … */
const MOST = 10
/** … in this time, in milliseconds. */
const WINDOW_MS = 60_000
/** Callers that are remembered; with more of them all that are remembered have a fresh start. */
const CALLERS = 10_000

/** Counts who tries wrong passwords, so that they cannot be tried by the thousand. */
export class Attempts {
  private readonly wrong = new Map<string, { readonly count: number; readonly since: number }>()

  /** Whether a caller has to wait before the next try. */
  hasToWait(caller: string): boolean {
    return (this.fresh(caller)?.count ?? 0) >= MOST
  }

  note(caller: string): void {
    const before = this.fresh(caller)
    if (this.wrong.size >= CALLERS) this.wrong.clear()
    this.wrong.set(caller, { count: (before?.count ?? 0) + 1, since: before?.since ?? performance.now() })
  }

  private fresh(caller: string) {
    const found = this.wrong.get(caller)
    return found && performance.now() - found.since < WINDOW_MS ? found : undefined
  }
}

/** How long a caller is asked to wait, in seconds. */
export const WAIT_S = WINDOW_MS / 1000
