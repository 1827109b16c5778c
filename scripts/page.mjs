// Bundles the review page (src/review/page) into static files. Plain Node: `./imr` runs it before anything is built.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { buildSync } from 'esbuild'
import { root } from './checkout.mjs'

const source = join('src', 'review', 'page')

/**
 * Puts `index.html` and what it loads into the folder `outdir`, each asset under a name with the hash of its content: a browser may keep it for
 * ever. Nothing is inline: the page runs under a policy that allows no inline script and no inline style.
 */
export function putPage(outdir) {
  mkdirSync(outdir, { recursive: true })
  const { metafile } = buildSync({
    absWorkingDir: root,
    entryPoints: { page: join(source, 'main.tsx') },
    outdir,
    entryNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: ['chrome123', 'firefox121', 'safari17.5'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    tsconfig: join(root, 'tsconfig.page.json'),
    define: { IMR_FIELDS: JSON.stringify(valueKinds()) },
    legalComments: 'none',
    metafile: true,
    logLevel: 'silent',
  })
  const made = Object.keys(metafile.outputs).map((file) => basename(file))
  const named = (ending) => made.find((name) => name.endsWith(ending))
  const page = readFileSync(join(root, source, 'index.html'), 'utf8')
    .replace('page.css', `assets/${named('.css')}`)
    .replace('page.js', `assets/${named('.js')}`)
  writeFileSync(join(outdir, 'index.html'), page)
  return metafile
}

/** The kinds of fields as the model has them: the page shows every field there is, and carries no schema library. */
function valueKinds() {
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: [join('src', 'model', 'value-kinds.ts')],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
  })
  const module = { exports: {} }
  new Function('module', 'exports', 'require', outputFiles[0].text)(
    module,
    module.exports,
    createRequire(import.meta.url),
  )
  return module.exports.valueKinds()
}
