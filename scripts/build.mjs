// Makes dist/: src/ and workers/ bundled, so that a command opens a few files and not eight hundred, and beside them the data
// files that the code reads. The new tree takes the old one's place by a rename, so that a process which starts meanwhile sees
// one or the other.
//   node scripts/build.mjs      with the type declarations that a package needs
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { parse } from 'yaml'

const root = fileURLToPath(new URL('..', import.meta.url))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** Files that the code reads at run time; each is put there as JSON too. */
const data = [{ folder: 'src/decide/guidelines', ending: '.yaml' }]

/** What is started or imported from outside; all else lies in chunks that these share, loaded when they are needed. */
const entries = ['src/cli/main', 'src/index', 'workers/page-reader', 'workers/tesseract-js']

/** Packages that `imr run` waits for before it can read: many small files each, taken into the bundle. */
const bundled = new Set(['commander', 'cli-progress', 'fastest-levenshtein', 'kysely', 'zod'])

/** Bundles to `outdir`, or (`write: false`) tells what it would write. */
export function bundle(outdir, options = {}) {
  const installed = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
  return buildSync({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(entries.map((name) => [name, `${name}.ts`])),
    outdir,
    // One folder for all: where a module's code lies says nothing of where it came from (see src/home.ts).
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: installed.filter((name) => !bundled.has(name)),
    // Packages of the older kind call `require`.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'silent',
    ...options,
  })
}

export function build(stamp = '', { types = false } = {}) {
  const fresh = join(root, `dist.${process.pid}`)
  const old = join(root, `dist.old.${process.pid}`)
  try {
    const { metafile } = bundle(fresh)
    writeFileSync(join(fresh, 'LICENSES.txt'), licenses(metafile))
    if (types) declare(fresh)
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

function declare(outdir) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const args = [tsc, '-p', 'tsconfig.build.json', '--emitDeclarationOnly', '--outDir', outdir]
  const run = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  if (run.status !== 0) throw new Error(`the types could not be written:\n${run.stdout}${run.stderr}`)
}

/** The licences of the packages whose code is in the bundle. */
function licenses(metafile) {
  const inside = Object.keys(metafile.inputs).map(
    (file) => /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1],
  )
  const texts = [...new Set(inside.filter(Boolean))].sort().map((name) => {
    const folder = join(root, 'node_modules', name)
    const file = readdirSync(folder).find((f) => /^licen[cs]e/i.test(f))
    return `${name}\n\n${file ? readFileSync(join(folder, file), 'utf8').trim() : 'see its package on npm'}\n`
  })
  return `dist/ holds code of these packages.\n\n${texts.join(`\n${'-'.repeat(80)}\n\n`)}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    build('', { types: true })
  } catch (error) {
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}
