// Prints letters and damages them, each in another way: scans on which more is misread than on good ones, to calibrate by.
//   npm run bench:damage -- IN_FOLDER OUT_FOLDER
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { damageNames, damages } from '../samples/make/damage.ts'
import { asPdf } from '../samples/make/pack.ts'
import { print } from '../samples/make/render.ts'
import type { Sheet } from '../samples/make/sheet.ts'

const [from, to] = process.argv.slice(2)
if (from === undefined || to === undefined) throw new Error('give a folder of PDFs and a folder for their scans')
await mkdir(to, { recursive: true })
const letters = (await readdir(from)).filter((name) => name.endsWith('.pdf')).sort()
for (const [i, name] of letters.entries()) {
  const kind = damageNames[i % damageNames.length] ?? 'office'
  const sheets: Sheet[] = []
  for (const [page, sheet] of (await print(await readFile(join(from, name)), 300)).entries())
    sheets.push(await damages[kind](sheet, 1000 * (page + 1) + i))
  await writeFile(join(to, name), await asPdf(sheets))
  process.stdout.write(`${name}: ${kind}\n`)
}
