// Who runs from a checkout: asked before anything is taken away from under a program. Plain Node.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { isAbsolute, join, sep } from 'node:path'

/** Processes of this machine whose command names a file below one of the folders, by number. Those of other users count, too. */
export function processesFrom(folders) {
  const places = folders.map((folder) => real(folder) + sep)
  return commands()
    .filter(({ pid }) => pid !== process.pid)
    .filter(({ words, cwd }) =>
      words.some((word) => {
        const path = isAbsolute(word) ? word : cwd && join(cwd, word)
        return path && places.some((place) => path.startsWith(place) || real(path).startsWith(place))
      }),
    )
    .map(({ pid }) => pid)
}

function real(path) {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** Programs and their first words: `node --max-old-space-size=… /srv/imr/…/main.js worker`. */
function commands() {
  const pids = listed('/proc').filter((name) => /^\d+$/.test(name))
  if (pids.length > 0)
    return pids.map((pid) => ({
      pid: Number(pid),
      words: quietly(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, 8), []),
      cwd: quietly(() => readlinkSync(`/proc/${pid}/cwd`), null),
    }))
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,args='], { encoding: 'utf8' })
  return `${stdout ?? ''}`.split('\n').flatMap((line) => {
    const [, pid, args] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? []
    return pid ? [{ pid: Number(pid), words: args.split(' ').slice(0, 8), cwd: null }] : []
  })
}

const listed = (folder) => quietly(() => readdirSync(folder), [])

function quietly(look, otherwise) {
  try {
    return look()
  } catch {
    return otherwise
  }
}
