import { UsageError } from './usage.ts'

const ENTER = /[\r\n]/
const CONTROL_C = '\u0003'
const CONTROL_D = '\u0004'
const BACKSPACE = /[\b\u007f]/

/**
 * A new password: asked for twice on a terminal, and not shown; elsewhere the first line of standard input. Never an argument: those are
 * seen by whoever lists the processes, and kept by the shell.
 * @throws {UsageError} when there is none, or the two are not the same.
 */
export async function newPassword(): Promise<string> {
  if (!process.stdin.isTTY) return firstLine()
  // Before anything is asked: what is typed ahead is not shown either.
  process.stdin.setRawMode(true).setEncoding('utf8')
  try {
    return await askedTwice()
  } finally {
    process.stdin.setRawMode(false).pause()
  }
}

async function askedTwice(): Promise<string> {
  const first = await asked('Password: ')
  if ((await asked('The same again: ')) !== first) throw new UsageError('the two are not the same: nothing was changed')
  return first
}

async function firstLine(): Promise<string> {
  let text = ''
  for await (const part of process.stdin.setEncoding('utf8')) {
    text += part
    if (ENTER.test(text)) break
  }
  const [line = ''] = text.split(ENTER)
  if (line === '')
    throw new UsageError('no password came: type it at the terminal, or send it as a line on standard input')
  return line
}

function asked(question: string): Promise<string> {
  const { stdin, stderr } = process
  stderr.write(question)
  return new Promise((resolve, reject) => {
    let typed = ''
    const end = (finish: () => void) => {
      stdin.pause().off('data', take)
      stderr.write('\n')
      finish()
    }
    const take = (text: string | Buffer) => {
      for (const key of String(text)) {
        if (key === CONTROL_C || key === CONTROL_D) return end(() => reject(new UsageError('nothing was changed')))
        if (ENTER.test(key)) return end(() => resolve(typed))
        typed = BACKSPACE.test(key) ? [...typed].slice(0, -1).join('') : typed + key
      }
    }
    stdin.on('data', take).resume()
  })
}
