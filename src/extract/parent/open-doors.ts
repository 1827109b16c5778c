import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { promisify } from 'node:util'
import { confined } from './confine.ts'
import { childEnvironment } from './environment.ts'
import { standardLimits } from './limits.ts'

/** What a process that opens strangers' files should not be able to do: see {@link confined}. */
export type Door = 'network' | 'other processes' | 'writing' | 'memory without limit'

/** Tries each door from inside, and prints those that open. */
const PROBE = `
const { openSync, readFileSync, constants } = require('node:fs')
const opens = (work) => { try { return work() } catch { return false } }
const doors = []
if (opens(() => readFileSync('/proc/' + process.ppid + '/environ').length > 0)) doors.push('other processes')
// O_TMPFILE: a file without a name, so that nothing is left of it.
if (opens(() => openSync(process.argv[1], 0o20000000 | constants.O_DIRECTORY | constants.O_RDWR) > 0)) doors.push('writing')
if (!opens(() => /^Max data size +[0-9]/m.test(readFileSync('/proc/self/limits', 'utf8')))) doors.push('memory without limit')
require('node:net').connect(9, '127.0.0.1').on('connect', () => tell('OPEN')).on('error', ({ code }) => tell(code))
function tell(code) {
  if (code !== 'EPERM') doors.push('network')
  console.log(JSON.stringify(doors))
  process.exit()
}
`

/** The doors that stand open on this machine to a process which opens strangers' files; none, where all is well. */
export async function openDoors(): Promise<readonly Door[]> {
  const node = { command: process.execPath, args: ['-e', PROBE, tmpdir()] }
  const { command, args } = confined(node, { memoryBytes: standardLimits.memoryBytes })
  const { stdout } = await promisify(execFile)(command, [...args], { env: childEnvironment() })
  return JSON.parse(stdout)
}
