import { SingleBar } from 'cli-progress'
import { count } from './terminal.ts'

/** Tells how a run goes, on stderr. */
export type Progress = {
  page(): void
  /** A file is done; `line` tells what became of it, null when that is told elsewhere. */
  file(line: string | null): void
  /** Lets something else write to the same terminal. */
  aside(write: () => Promise<void>): Promise<void>
  stop(): void
}

const CELLS = 30
const CLEAR_LINE = '\r\u001b[K'
const SAVE_CURSOR = '\u001b7'

/** A bar on a terminal (files, pages a second, time left); a plain line a file elsewhere; nothing when `quiet`. */
export function openProgress(
  files: number,
  options: { readonly quiet: boolean; readonly stream: NodeJS.WriteStream },
): Progress {
  const { stream } = options
  const aside = (write: () => Promise<void>) => write()
  if (options.quiet) return { page() {}, file() {}, aside, stop() {} }
  if (!stream.isTTY) {
    let done = 0
    const file = (line: string | null) => void (++done && line && stream.write(`[${done}/${files}] ${line}\n`))
    return { page() {}, file, aside, stop() {} }
  }
  const started = performance.now()
  let pages = 0
  let done = 0
  const bar = new SingleBar({
    stream,
    hideCursor: true,
    clearOnComplete: true,
    // The run itself stops in order at Ctrl-C.
    gracefulExit: false,
    // Else long lines beside the bar would be cut.
    linewrap: true,
    format: () => barLine({ files, done, pages, seconds: (performance.now() - started) / 1000 }),
  })
  bar.start(files, 0)
  const over = async (write: () => Promise<void>) => {
    stream.write(CLEAR_LINE)
    await write()
    bar.render()
  }
  return {
    page() {
      pages++
    },
    file(line) {
      bar.update(++done)
      if (line) void over(async () => void stream.write(`${line}\n`))
    },
    aside: over,
    stop() {
      // The bar puts the cursor back to where it was saved, which is where the bar began: text has come in between.
      stream.write(SAVE_CURSOR)
      bar.stop()
    },
  }
}

function barLine(run: {
  readonly files: number
  readonly done: number
  readonly pages: number
  readonly seconds: number
}): string {
  const { files, done, pages, seconds } = run
  const full = files === 0 ? 0 : Math.floor((done / files) * CELLS)
  const parts = [`${done}/${count(files, 'file', 'files')}`]
  if (pages > 0) parts.push(`${(pages / seconds).toFixed(1)} pages/s`)
  if (done > 0 && done < files) parts.push(`${clock((seconds / done) * (files - done))} left`)
  return `${'█'.repeat(full)}${'░'.repeat(CELLS - full)} ${parts.join(' · ')}`
}

function clock(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`
  const minutes = Math.ceil(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
