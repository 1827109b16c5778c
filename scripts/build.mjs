// Compiles src/ and workers/ to dist/ and puts the data files that tsc does not copy beside the code that reads them.
// The new tree takes the old one's place by a rename, so that a process which starts meanwhile sees one or the other.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Files that the code reads at run time and that tsc leaves where they are; each is put there as JSON too. */
const data = [{ folder: 'src/decide/guidelines', ending: '.yaml' }]

export function build(stamp = '') {
  const fresh = join(root, `dist.${process.pid}`)
  const old = join(root, `dist.old.${process.pid}`)
  try {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    const run = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', fresh], {
      cwd: root,
      encoding: 'utf8',
    })
    if (run.status !== 0) throw new Error(`the build failed:\n${run.stdout}${run.stderr}`)
    for (const { folder, ending } of data) {
      mkdirSync(join(fresh, folder), { recursive: true })
      for (const name of readdirSync(join(root, folder)).filter((n) => n.endsWith(ending))) {
        cpSync(join(root, folder, name), join(fresh, folder, name))
        const content = parse(readFileSync(join(root, folder, name), 'utf8'))
        writeFileSync(join(fresh, folder, name.replace(ending, '.json')), JSON.stringify(content))
      }
    }
    writeFileSync(join(fresh, '.stamp'), stamp)
    const dist = join(root, 'dist')
    if (existsSync(dist)) renameSync(dist, old)
    renameSync(fresh, dist)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
    rmSync(old, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    build()
  } catch (error) {
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}
