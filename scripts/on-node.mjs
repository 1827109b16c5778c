// Runs a command by another version of Node.js, which npm brings as a package: what works on the oldest and the newest must be tried on both.
//   node scripts/on-node.mjs 20.19.0 ./imr run samples
//   node scripts/on-node.mjs 26 npx vitest run test/batch
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const [version, command, ...args] = process.argv.slice(2)
if (!version || !command) {
  process.stderr.write('usage: node scripts/on-node.mjs VERSION COMMAND ...\n')
  process.exit(1)
}
const home = fileURLToPath(new URL(`../node_modules/.cache/node-${version}/`, import.meta.url))
const program = `node-${process.platform}-${process.arch}`
const folder = join(home, 'node_modules', program, 'bin')
if (!existsSync(join(folder, 'node'))) {
  const npm = ['install', '--prefix', home, '--no-audit', '--no-fund', '--loglevel=error', `${program}@${version}`]
  const { status } = spawnSync('npm', npm, { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) {
    process.stderr.write(`npm could not bring Node.js ${version} for this machine: is there such a version?\n`)
    process.exit(1)
  }
}
const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` }
const { status, signal } = spawnSync(command, args, { stdio: 'inherit', env })
process.exit(status ?? (signal ? 1 : 0))
