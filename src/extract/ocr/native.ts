import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { type OcrEngine, OcrFailure } from './engine.ts'
import { limitTo } from './queue.ts'
import { wordsOfTsv } from './tsv.ts'

const THRESHOLDING = { otsu: '0', sauvola: '2' } as const

/** Version and languages of the installed tesseract command; null when there is none. */
export function installedTesseract(): { readonly version: string; readonly languages: readonly string[] } | null {
  const run = spawnSync('tesseract', ['--version'], { encoding: 'utf8' })
  const version = /tesseract v?(\d[\w.-]*)/.exec(`${run.stdout ?? ''}${run.stderr ?? ''}`)?.[1]
  if (run.error || version === undefined) return null
  const list = spawnSync('tesseract', ['--list-langs'], { encoding: 'utf8' })
  return { version, languages: `${list.stdout ?? ''}`.split('\n').slice(1).filter(Boolean) }
}

/**
 * The `tesseract` command, up to `jobs` processes at once, one image each (start-up costs 0.2 s).
 * @throws {OcrFailure} when the command or its English language data is not installed.
 */
export function nativeEngine(options: { readonly jobs: number; readonly limitMs?: number }): OcrEngine {
  const installed = installedTesseract()
  if (!installed)
    throw new OcrFailure('the tesseract command is not installed: install tesseract-ocr or use --engine tesseract.js')
  if (!installed.languages.includes('eng'))
    throw new OcrFailure(
      'tesseract has no English language data: install tesseract-ocr-eng or use --engine tesseract.js',
    )
  const limitMs = options.limitMs ?? 120_000
  const inTurn = limitTo(options.jobs)
  const running = new Set<ChildProcess>()
  let closed = false

  return {
    name: 'tesseract',
    version: `tesseract ${installed.version} eng`,
    concurrency: options.jobs,
    recognize: (image, settings, signal) =>
      inTurn(async () => {
        if (closed) throw new OcrFailure('the OCR engine is closed')
        signal?.throwIfAborted()
        const args = ['stdin', 'stdout', '-l', 'eng', '--oem', '1', '--psm', `${settings.psm}`]
        args.push('--dpi', `${Math.round(image.dpi)}`)
        args.push('-c', `thresholding_method=${THRESHOLDING[settings.thresholding ?? 'otsu']}`)
        return { words: wordsOfTsv(await run([...args, 'tsv'], image.data, { limitMs, signal, running })) }
      }),
    close: async () => {
      closed = true
      for (const child of running) child.kill('SIGKILL')
    },
  }
}

function run(
  args: readonly string[],
  input: Buffer,
  { limitMs, signal, running }: { limitMs: number; signal: AbortSignal | undefined; running: Set<ChildProcess> },
): Promise<string> {
  return new Promise((resolve, reject) => {
    // One thread each: tesseract's own threading costs four times what it gains.
    const child = spawn('tesseract', args, {
      env: { ...process.env, OMP_THREAD_LIMIT: '1' },
      stdio: 'pipe',
      // A group of its own: a terminal's Ctrl-C is for the parent to act on. It ends when its page is read or its parent gone.
      detached: true,
    })
    running.add(child)
    let late = false
    const timer = setTimeout(() => {
      late = true
      child.kill('SIGKILL')
    }, limitMs)
    const abort = () => void child.kill('SIGKILL')
    signal?.addEventListener('abort', abort, { once: true })
    const out: Buffer[] = []
    let complaint = ''
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => {
      complaint = `${complaint}${chunk}`.slice(-500)
    })
    // A process that dies early closes its input: its exit code tells why, not this.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    const settle = (finish: () => void) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      running.delete(child)
      finish()
    }
    child.on('error', (cause) => settle(() => reject(new OcrFailure('tesseract could not be started', { cause }))))
    child.on('close', (code, killed) =>
      settle(() => {
        if (code === 0) resolve(Buffer.concat(out).toString('utf8'))
        else if (signal?.aborted) reject(signal.reason)
        else if (late) reject(new OcrFailure(`tesseract took longer than ${limitMs / 1000} s for one page`))
        else reject(new OcrFailure(`tesseract failed (${killed ?? code}): ${complaint.trim() || 'no message'}`))
      }),
    )
  })
}
