// Makes a build: src/ and workers/ bundled, so that a command opens a few files and not eight hundred, and beside them the data
// files that the code reads.
//   node scripts/build.mjs      dist/, as a package holds it, with type declarations. It takes the place of the one that is there:
//                               for a program that runs from a checkout, see ensure.mjs
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { parse } from 'yaml'
import { digestOf, root, sources } from './checkout.mjs'
import { putPage } from './page.mjs'

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

/** A build in the folder `outdir`, which must end in `dist`. `id` tells it from every other one. */
export function putBuild(outdir, id) {
  const { metafile } = bundle(outdir, { define: { IMR_BUILD: JSON.stringify(id) } })
  const page = putPage(join(outdir, 'page'))
  writeFileSync(join(outdir, 'LICENSES.txt'), licenses({ inputs: { ...metafile.inputs, ...page.inputs } }))
  for (const { folder, ending } of data) {
    mkdirSync(join(outdir, folder), { recursive: true })
    for (const name of readdirSync(join(root, folder)).filter((n) => n.endsWith(ending))) {
      cpSync(join(root, folder, name), join(outdir, folder, name))
      const content = parse(readFileSync(join(root, folder, name), 'utf8'))
      writeFileSync(join(outdir, folder, name.replace(ending, '.json')), JSON.stringify(content))
    }
  }
}

/** The build of a package, with its types, in place of the one before. */
function build() {
  const fresh = join(root, `dist.${process.pid}`)
  const old = join(root, `dist.old.${process.pid}`)
  try {
    putBuild(fresh, digestOf(sources()))
    declare(fresh)
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
    build()
  } catch (error) {
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}
