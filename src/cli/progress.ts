import { MultiBar, Presets } from 'cli-progress'

/** Tells how a run goes, on stderr. */
export type Progress = {
  page(): void
  file(line: string): void
  stop(): void
}

/** A bar on a terminal (files, pages a second, time left); a plain line a file elsewhere; nothing when `quiet`. */
export function openProgress(
  files: number,
  options: { readonly quiet: boolean; readonly stream: NodeJS.WriteStream },
): Progress {
  const { stream } = options
  if (options.quiet) return { page() {}, file() {}, stop() {} }
  if (!stream.isTTY) {
    let done = 0
    return { page() {}, file: (line) => void stream.write(`[${++done}/${files}] ${line}\n`), stop() {} }
  }
  const started = performance.now()
  let pages = 0
  const bars = new MultiBar(
    {
      stream,
      format: ' {bar} {value}/{total} files · {rate} pages/s · {eta_formatted} left',
      hideCursor: true,
      clearOnComplete: true,
    },
    Presets.shades_classic,
  )
  const bar = bars.create(files, 0, { rate: '0.0' })
  const rate = () => ({ rate: (pages / Math.max(0.001, (performance.now() - started) / 1000)).toFixed(1) })
  return {
    page() {
      pages++
      bar.update(rate())
    },
    file(line) {
      bars.log(`${line}\n`)
      bar.increment(1, rate())
    },
    stop: () => bars.stop(),
  }
}
