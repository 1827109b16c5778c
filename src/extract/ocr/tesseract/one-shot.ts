import { type ChildProcess, spawn } from 'node:child_process'
import { endWithUs } from '../../children.ts'
import { childEnvironment } from '../../parent/environment.ts'
import { bounded, died, isOutgrown, notStarted } from './process.ts'

/**
 * Reads one image by a command of its own, which takes it on its standard input and ends. Gives its rows. It is killed when `signal`
 * fires; while it runs it is one of `running`.
 * @throws {OcrFailure} when it cannot be started or fails.
 */
export function readOnce(
  settings: readonly string[],
  image: Buffer,
  {
    signal,
    running,
    memoryBytes,
  }: { readonly signal: AbortSignal; readonly running: Set<ChildProcess>; readonly memoryBytes?: number | undefined },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const { command, args } = bounded('tesseract', settings, memoryBytes)
    const child = spawn(command, args, { env: childEnvironment(), stdio: 'pipe', detached: true })
    endWithUs(child)
    running.add(child)
    const abort = () => void child.kill('SIGKILL')
    signal.addEventListener('abort', abort, { once: true })
    const out: Buffer[] = []
    let complaint = ''
    let outgrown = false
    const settle = (finish: () => void) => {
      signal.removeEventListener('abort', abort)
      running.delete(child)
      finish()
    }
    child.on('error', (cause) => settle(() => reject(notStarted(cause))))
    child.on('close', (code, killed) =>
      settle(() => {
        if (code === 0 && !outgrown) resolve(Buffer.concat(out).toString('utf8'))
        else reject(died(code, killed, complaint, outgrown))
      }),
    )
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint = `${complaint}${chunk}`.slice(-500)
      outgrown ||= isOutgrown(complaint)
    })
    // A process that dies early closes its input: its exit code tells why, not this.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(image)
  })
}
